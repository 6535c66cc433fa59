import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Backoff, type Jitter, wait } from './backoff.js'

const half = () => 0.5
const base: Backoff = { initial: 50, factor: 2, max: 1_000, jitter: 'none' }

describe('backoff', () => {
  test.each<[Jitter, number[]]>([
    ['none', [50, 100, 200, 400, 800, 1_000, 1_000]],
    ['full', [25, 50, 100, 200, 400, 500, 500]],
    ['equal', [37.5, 75, 150, 300, 600, 750, 750]],
  ])('%s: waits grow to the cap, jitter after it', (jitter, expected) => {
    expect(expected.map((_, retry) => wait({ ...base, jitter }, retry, 0, half))).toEqual(expected)
  })

  test('decorrelated: drawn from [initial, 3 × previous], then capped', () => {
    const decorrelated: Backoff = { ...base, jitter: 'decorrelated' }
    expect(wait(decorrelated, 0, 0, half)).toBe(50)
    expect(wait(decorrelated, 1, 50, half)).toBe(100)
    expect(wait(decorrelated, 1, 400, half), 'of the wait before, not of the count').toBe(625)
    expect(wait(decorrelated, 9, 900, half)).toBe(1_000)
  })

  // p-retry's randomize vanishes at its cap (…5000, 5000, 5000): everybody waits the same again.
  test.each<[Jitter, number, number]>([
    ['full', 0, 1_000],
    ['equal', 500, 1_000],
  ])('%s still spreads callers at the cap', (jitter, soonest, latest) => {
    const capped = (u: number) => wait({ ...base, jitter }, 20, 0, () => u)
    expect(capped(0)).toBe(soonest)
    expect(capped(1 - Number.EPSILON)).toBeCloseTo(latest)
  })

  // cockatiel's decorrelated jitter once returned NaN after many iterations.
  it('is a finite time within [0, max] for every retry, however late', () => {
    fc.assert(
      fc.property(
        backoffs,
        fc.nat(10_000),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        unit,
        (backoff, retry, previous, u) => {
          const ms = wait(backoff, retry, previous, () => u)
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThanOrEqual(backoff.max)
        },
      ),
    )
  })
})

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const backoffs: fc.Arbitrary<Backoff> = fc
  .record({
    initial: fc.double({ min: 1, max: 1e5, noNaN: true }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    stretch: fc.double({ min: 1, max: 1e4, noNaN: true }),
    jitter: fc.constantFrom<Jitter>('full', 'equal', 'decorrelated', 'none'),
  })
  .map(({ stretch, ...rest }) => ({ ...rest, max: rest.initial * stretch }))
