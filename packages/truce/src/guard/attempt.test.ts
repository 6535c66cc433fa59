import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { dependency } from './dependency.js'
import type { Attempt } from './attempt.js'
import { retry } from './retry.js'

const operation = () =>
  dependency('attempts of every kind', { governor: 'none', breaker: 'none' }).operation('get', {
    effect: 'read',
    attempts: 2,
    backoff: 'none',
  })

/** Fails once, and keeps what it was given the second time. */
function second(run: (fn: (attempt: Attempt) => unknown) => Promise<unknown>): Promise<Attempt> {
  let calls = 0
  return run((attempt) => {
    if (++calls === 1) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    return { attempt }
  }).then((result) => (result as { attempt: Attempt }).attempt)
}

const kinds: readonly [string, number, () => Promise<Attempt>][] = [
  ['the original of a dependency', 1, async () => (await operation().run((attempt) => ({ attempt }))).attempt],
  ['the original of retry()', 1, async () => (await retry((attempt) => ({ attempt }))).attempt],
  ['a retry of a dependency', 2, () => second((fn) => operation().run(fn))],
  ['a retry of retry()', 2, () => second((fn) => retry(fn, { backoff: 'none' }))],
]

test.each(kinds)('%s is an attempt in full', async (_kind, number, made) => {
  const attempt = await made()
  const members: (keyof Attempt)[] = [
    'attempt',
    'endsAt',
    'owner',
    'id',
    'key',
    'headers',
    'now',
    'signal',
    'remaining',
  ]
  expect(members.filter((member) => !(member in attempt))).toEqual([])
  expect(attempt.attempt).toBe(number)
  expect(attempt.id).toMatch(new RegExp(`#${number}$`))
  expect(JSON.parse(JSON.stringify(attempt))).toEqual({ id: attempt.id, attempt: number })
  expect(inspect(attempt)).toBe(inspect({ id: attempt.id, attempt: number }))
  expect(attempt.endsAt).toBeGreaterThan(0)
  expect(attempt.remaining).toBeGreaterThanOrEqual(0)
  expect(attempt.headers).toEqual({})
  expect(attempt.now()).toBeGreaterThan(0)

  const { signal } = attempt
  const heard: unknown[] = []
  expect(attempt.join({ abort: (reason) => heard.push(reason) })).toBe(true)
  const why = new Error('given up')
  attempt.abort(why)
  expect([signal.aborted, signal.reason, heard]).toEqual([true, why, [why]])
  expect(attempt.join({ abort: (reason) => heard.push(reason) })).toBe(false)
})
