import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Quantile, STEP } from './quantile.js'

/** Uniform in (0, 1): Park and Miller's minimal generator. */
function uniform(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Standard normal (Box and Muller). */
const normal = (u: () => number) => Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u())

type Draw = (u: () => number) => number
const constant: Draw = () => 42
const flat: Draw = (u) => 10 + 90 * u()
const lognormal: Draw = (u) => 50 * Math.exp(0.5 * normal(u))
const twoHumps: Draw = (u) => (u() < 0.7 ? 20 : 400) * (0.9 + 0.2 * u())
const microseconds: Draw = (u) => lognormal(u) / 1_000
const minutes: Draw = (u) => lognormal(u) * 1_000

describe('quantile', () => {
  // The estimate keeps moving by its step: the error is of the mean over time, its spread is stated apart.
  test.each<[string, number, Draw, number]>([
    ['constant', 0.5, constant, 0.06],
    ['constant', 0.99, constant, 0.1],
    ['uniform', 0.5, flat, 0.06],
    ['uniform', 0.99, flat, 0.06],
    ['lognormal', 0.5, lognormal, 0.06],
    ['lognormal', 0.99, lognormal, 0.1],
    ['microseconds', 0.5, microseconds, 0.06],
    ['minutes', 0.5, minutes, 0.06],
    ['two humps', 0.5, twoHumps, 0.06],
  ])('%s data: the mean of its estimates is near the true quantile (%d)', (_, quantile, draw, tolerance) => {
    const u = uniform(7)
    const truth = exact(draw, quantile)
    const estimator = new Quantile(quantile)
    let sum = 0
    for (let n = 0; n < 20_000; n++) {
      estimator.observe(draw(u))
      if (n >= 10_000) sum += estimator.value(0)
    }
    expect(Math.abs(sum / 10_000 / truth - 1)).toBeLessThan(tolerance)
  })

  test.each<[number, number]>([
    [0.5, 0.35],
    [0.99, 0.35],
  ])(
    'of single readings of the %d quantile of lognormal data, 95 in 100 are off by less than %d',
    (quantile, tolerance) => {
      const u = uniform(11)
      const truth = exact(lognormal, quantile)
      const estimator = new Quantile(quantile)
      let off = 0
      for (let n = 0; n < 20_000; n++) {
        estimator.observe(lognormal(u))
        if (n >= 10_000 && Math.abs(estimator.value(0) / truth - 1) >= tolerance) off++
      }
      expect(off / 10_000).toBeLessThan(0.05)
    },
  )

  test.each<[string, number]>([
    ['slower', 10],
    ['faster', 0.1],
  ])('follows a dependency that becomes ten times %s within 50 observations of the median', (_, factor) => {
    const estimator = new Quantile(0.5)
    for (let n = 0; n < 100; n++) estimator.observe(20)
    for (let n = 0; n < 50; n++) estimator.observe(20 * factor)
    expect(Math.abs(estimator.value(0) / (20 * factor) - 1)).toBeLessThan(STEP)
  })

  it('says what it is told to say until something was observed, then the first observation', () => {
    const estimator = new Quantile(0.5)
    expect(estimator.value(10)).toBe(10)
    estimator.observe(Number.NaN)
    expect(estimator.value(10)).toBe(10)
    estimator.observe(37)
    expect(estimator.value(10)).toBe(37)
    estimator.observe(37)
    expect(estimator.value(10)).toBe(37)
    estimator.observe(Number.NaN)
    expect(estimator.value(10), 'no number tells it nothing').toBe(37)
  })

  it('comes back from nothing: an observation of 0 ms does not pin it there', () => {
    const estimator = new Quantile(0.5)
    estimator.observe(0)
    for (let n = 0; n < 300; n++) estimator.observe(50)
    expect(estimator.value(0)).toBeGreaterThan(45)
  })

  it('is a positive number after any observations', () => {
    const observations = fc.array(
      fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(0, -1, 1e-300)),
    )
    const quantiles = fc.double({ min: 0.001, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(quantiles, observations, (quantile, values) => {
        const estimator = new Quantile(quantile)
        for (const value of values) {
          estimator.observe(value)
          expect(estimator.value(-1)).toBeGreaterThan(0)
          expect(estimator.value(-1)).toBeLessThan(1.2e9)
        }
      }),
    )
  })
})

/** The quantile of 200,000 draws. */
function exact(draw: Draw, quantile: number): number {
  const u = uniform(99)
  const sorted = Float64Array.from({ length: 50_000 }, () => draw(u)).toSorted()
  return sorted[Math.floor(quantile * sorted.length)] as number
}
