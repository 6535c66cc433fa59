import type { AmplificationRow } from '@truce/contract/check'
import { expect, test } from 'vitest'
import { linesOf } from './tree.js'

const row = (path: readonly string[], leftOut?: number): AmplificationRow => ({
  from: path[0] ?? '',
  to: path.at(-1) ?? '',
  path,
  ...(leftOut !== undefined && { leftOut }),
  worst: 1,
  outage: 1,
  limited: 1,
  paths: 1,
})
const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `s${from + at}`)

/** As the check lists a chain of so many operations below s0. */
const chain = (calls: number) =>
  names(1, calls).map((_, at) => {
    const end = at + 1
    if (end < 64) return row(names(0, end))
    return row([...names(0, 31), `… ${end - 62} left out …`, ...names(end - 30, end)], end - 62)
  })

const texts = (rows: readonly AmplificationRow[]) => linesOf(rows, '').map(({ text }) => text)

test('calls below calls, each with the rows that end in it', () => {
  const rows = [row(['a', 'b']), row(['a', 'b', 'd']), row(['a', 'c']), row(['a', 'c', 'd'])]
  expect(texts(rows)).toEqual(['├─ b', '│  └─ d', '└─ c', '   └─ d'])
  expect(linesOf(rows, '').map(({ rows: of }) => of)).toEqual(rows.map((each) => [each]))
})

test('a path of 64 operations is drawn whole', () => {
  expect(linesOf(chain(63), '')).toHaveLength(63)
})

test('of a longer one the first 32, and one line for all that is further down', () => {
  const lines = linesOf(chain(1_000), '')
  expect(lines).toHaveLength(32)
  expect([lines[30]?.text.trim(), lines[31]?.text.trim()]).toEqual(['└─ s31', '└─ … 969 left out'])
  expect(lines[31]?.rows).toHaveLength(969)
})

test('a short path beside a long one is drawn', () => {
  const lines = texts([...chain(100), row(['s0', 'x'])])
  expect([lines[0], lines.at(-1)]).toEqual(['├─ s1', '└─ x'])
})
