/**
 * Ties a page of docs/coming-over to its tests: what the page says changes is reproduced, on the peer and on Truce.
 *
 * A page that says what another library does is soon wrong by an update of that library. Here a claim
 * without a test fails, and so does a test whose claim is gone.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'

const pages = new URL('../../../../docs/coming-over/', import.meta.url)

/** Bold words at the beginning of each item below `## What changes`. */
function claimsOf(page: string): string[] {
  const text = readFileSync(new URL(`${page}.md`, pages), 'utf8')
  const [, rest = ''] = text.split(/^## What changes$/m)
  const [section = ''] = rest.split(/^## /m)
  return [...section.matchAll(/^- \*\*(.+?)\.?\*\*/gm)].map(([, claim = '']) => claim)
}

/** Makes the test that a file has one test for each claim of its page, in that order, and no other. */
export function claimsAreTested(page: string): void {
  test('each change that the page tells of is tested, and no other', ({ task }) => {
    const others = task.file.tasks.filter((each) => each !== task)
    expect(others.map(({ name }) => name)).toEqual(claimsOf(page))
  })
}

/** Runs `theirs` on faked global timers and clock: their waits pass in no time. */
export async function faked<T>(theirs: () => Promise<T>): Promise<T> {
  vi.useFakeTimers()
  try {
    return await theirs()
  } finally {
    vi.useRealTimers()
  }
}

export const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

/** Answers after so long on the faked clock. */
export const later = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('ok'), ms))
