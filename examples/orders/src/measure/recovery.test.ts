import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Outcome, recoveredAfter } from './recovery.js'

/** One letter is one second of 100 orders: `+` all good, `-` two bad, `1` one bad, `.` no orders. */
const seconds = (picture: string): Outcome[] =>
  picture.split('').flatMap((letter, second) =>
    letter === '.'
      ? []
      : Array.from({ length: 100 }, (_, i) => ({
          at: second * 1_000 + i * 10,
          good: !((letter === '-' && i < 2) || (letter === '1' && i < 1)),
        })),
  )

describe('time to recover', () => {
  test.each<[string, number | undefined]>([
    ['+++', 0],
    ['-++', 1_000],
    ['--+', 2_000],
    ['---', undefined],
    ['+-+', 2_000],
    ['++-', undefined],
    ['111', 0],
    ['-.+', 2_000],
    ['..+', 2_000],
    ['', undefined],
  ])('%s → %s', (picture, expected) => {
    expect(recoveredAfter(seconds(picture), 0, picture.length * 1_000)).toBe(expected)
  })

  test('only orders between the end of the fault and the end of the watch count', () => {
    expect(recoveredAfter(seconds('--+++---'), 2_000, 5_000)).toBe(0)
  })

  test('a short last second counts', () => {
    expect(recoveredAfter([{ at: 1_100, good: false }], 0, 1_200)).toBeUndefined()
  })

  test('more good orders never make recovery later', () => {
    const outcomes = fc.array(fc.record({ at: fc.integer({ min: 0, max: 4_999 }), good: fc.boolean() }))
    fc.assert(
      fc.property(outcomes, fc.nat(), (all, pick) => {
        const before = recoveredAfter(all, 0, 5_000) ?? Infinity
        const better = all.map((one, i) => (i === pick % (all.length || 1) ? { ...one, good: true } : one))
        expect(recoveredAfter(better, 0, 5_000) ?? Infinity).toBeLessThanOrEqual(before)
      }),
    )
  })
})
