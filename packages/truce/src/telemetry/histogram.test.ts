import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { BOUNDS, Histogram } from './histogram.js'

const filled = (histogram: Histogram) => [...histogram.buckets.entries()].filter(([, count]) => count > 0)
const last = BOUNDS.length
const top = BOUNDS[last - 1] as number

describe('histogram', () => {
  test('bounds go from 0.1 ms to 1.8 h, four an octave', () => {
    expect(BOUNDS[0]).toBe(0.1)
    expect(BOUNDS[4]).toBe(0.2)
    expect(top / 3_600_000).toBeCloseTo(1.86, 2)
  })

  test.each<[string, number, number]>([
    ['the first bound', 0.1, 0],
    ['just above it', 0.100001, 1],
    ['zero', 0, 0],
    ['less than zero', -5, 0],
    ['no number', Number.NaN, 0],
    ['the last bound', top, last - 1],
    ['beyond it', top * 1.001, last],
    ['for ever', Number.POSITIVE_INFINITY, last],
  ])('%s', (_, ms, bucket) => {
    const histogram = new Histogram()
    histogram.observe(ms)
    expect(filled(histogram)).toEqual([[bucket, 1]])
  })

  // Logarithms round: Math.log2(ms / 0.1) * 4 puts some bounds one bucket too high.
  test.each([...BOUNDS.entries()])('bound %i is the last value of its bucket', (bucket, ms) => {
    const histogram = new Histogram()
    histogram.observe(ms)
    histogram.observe(ms * (1 + 1e-15) + Number.EPSILON * ms)
    expect(filled(histogram)).toEqual([
      [bucket, 1],
      [bucket + 1, 1],
    ])
  })

  it('puts every value between its bucket’s bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (ms) => {
        const histogram = new Histogram()
        histogram.observe(ms)
        const bucket = filled(histogram)[0]?.[0] as number
        expect(ms).toBeLessThanOrEqual(BOUNDS[bucket] ?? Number.POSITIVE_INFINITY)
        expect(ms).toBeGreaterThan(BOUNDS[bucket - 1] ?? -1)
      }),
    )
  })

  it('gives quantiles within 9.1 %', () => {
    const durations = fc.array(fc.double({ min: 0.1, max: 6e6, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const histogram = new Histogram()
        for (const ms of values) histogram.observe(ms)
        const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1] as number
        const given = histogram.quantile(q) as number
        expect(Math.abs(given / exact - 1)).toBeLessThan(0.0906)
      }),
    )
  })

  it('has no quantile of nothing, and says the bound for what is beyond its range', () => {
    const histogram = new Histogram()
    expect(histogram.quantile(0.5)).toBeUndefined()
    histogram.observe(1e9)
    expect(histogram.quantile(0.5)).toBe(top)
  })

  it('counts and adds up', () => {
    const histogram = new Histogram()
    for (const ms of [10, 20, -1, Number.NaN]) histogram.observe(ms)
    expect([histogram.count, histogram.sum]).toEqual([4, 30])
  })
})
