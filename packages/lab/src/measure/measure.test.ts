import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Histogram } from './histogram.js'
import { combined, halfWidth } from './intervals.js'
import { recoveredAfter } from './recovery.js'
import type { StrategyResult } from './result.js'

test('quantiles of a histogram are within 0.1 % of those of the sorted times', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), { minLength: 1 }), (times) => {
      const histogram = new Histogram()
      for (const ms of times) histogram.add(ms)
      const sorted = times.toSorted((one, other) => one - other)
      for (const share of [0.5, 0.99, 1]) {
        const expected = sorted[Math.ceil(share * sorted.length) - 1] as number
        expect(Math.abs((histogram.quantile(share) as number) / expected - 1)).toBeLessThan(0.001)
      }
    }),
  )
  const empty = new Histogram()
  expect([empty.quantile(0.5), empty.mean]).toEqual([null, null])
  empty.add(0)
  expect([empty.quantile(0.5), empty.mean]).toEqual([0, 0])
})

describe('recovery', () => {
  const seconds = (...counts: number[]) => Float64Array.from(counts)
  const many = (n: number, count: number) => Array.from({ length: n }, () => count)

  test.each<[string, number | null, number[], number[], number | null]>([
    ['no fault', null, many(20, 10), many(20, 10), null],
    ['at once', 2_000, many(20, 10), [0, 0, ...many(18, 10)], 0],
    ['after 3 s', 2_000, many(20, 10), [0, 0, 0, 0, 0, ...many(15, 10)], 3_000],
    ['a relapse counts', 2_000, many(30, 10), [...many(8, 10), 5, ...many(21, 10)], 7_000],
    ['99 % are enough, less are not', 0, many(20, 100), [98, ...many(19, 99)], 1_000],
    [
      'seconds without calls are passed over',
      2_000,
      [...many(5, 10), ...many(15, 0)],
      [...many(2, 0), ...many(3, 10), ...many(15, 0)],
      0,
    ],
    ['never', 2_000, many(20, 10), many(20, 0), null],
    ['less than 10 s are left', 2_000, many(11, 10), many(11, 10), null],
    ['a fault that ends within a second', 2_500, many(20, 10), many(20, 10), 0],
  ])('%s', (_, end, started, well, expected) => {
    expect(recoveredAfter(end, seconds(...started), seconds(...well))).toBe(expected)
  })
})

describe('intervals', () => {
  test('95 % by Student for few seeds', () => {
    expect(halfWidth([1])).toBe(0)
    expect(halfWidth([1, 2, 3])).toBeCloseTo(4.303 / Math.sqrt(3), 10)
  })

  test('means of all numbers; what one seed never reached none did', () => {
    const one = { calls: 10, recoveredAfterMs: 5, stops: { attempts: 2 }, dependencies: { a: { attempts: 1 } } }
    const other = { calls: 20, recoveredAfterMs: null, stops: { budget: 4 }, dependencies: { a: { attempts: 3 } } }
    const both = combined([one, other] as unknown as StrategyResult[])
    expect(both).toMatchObject({ calls: 15, recoveredAfterMs: null, stops: { attempts: 1, budget: 2 } })
    expect(both.dependencies['a']?.attempts).toBe(2)
    expect(Object.keys(both.ci95 ?? {})).toEqual(['calls'])
  })
})
