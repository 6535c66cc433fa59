import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ADAPTIVE_TIMEOUT, AdaptiveTimeout, type AdaptiveTimeoutSettings } from './attempt-timeout.js'

const MAX = 3_000
const NEEDED = 200

/** Uniform in (0, 1): Park and Miller's minimal generator. */
function uniform(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

type Draw = (u: () => number) => number
const normal: Draw = (u) => Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u())
const lognormal: Draw = (u) => 50 * Math.exp(0.5 * normal(u))
const exponential: Draw = (u) => -50 * Math.log(u())
const twoHumps: Draw = (u) => (u() < 0.7 ? 20 : 400) * (0.9 + 0.2 * u())
const rarelySlow: Draw = (u) => (u() < 0.98 ? 20 : 400) * (0.9 + 0.2 * u())

function exact(draw: Draw, quantile: number): number {
  const u = uniform(99)
  const sorted = Float64Array.from({ length: 50_000 }, () => draw(u)).toSorted()
  return sorted[Math.floor(quantile * sorted.length)] as number
}

const make = (changes: Partial<AdaptiveTimeoutSettings> = {}) =>
  new AdaptiveTimeout({ ...ADAPTIVE_TIMEOUT, min: 1, max: MAX, ...changes })

/** Attempts against a dependency that takes so long. @returns how many timed out */
function attempts(timeout: AdaptiveTimeout, count: number, draw: Draw, u: () => number): number {
  let lost = 0
  for (let n = 0; n < count; n++) {
    const given = timeout.ms
    const ms = draw(u)
    if (ms <= given) timeout.succeeded(ms)
    else {
      timeout.timedOut(given)
      lost++
    }
  }
  return lost
}

const times =
  (factor: number, draw: Draw): Draw =>
  (u) =>
    factor * draw(u)

describe('attempt timeout', () => {
  it('is the longest allowed until enough is known, and then half as long again as the usual tail', () => {
    const timeout = make()
    for (let n = 1; n < NEEDED; n++) timeout.succeeded(40)
    expect(timeout.ms).toBe(MAX)
    timeout.succeeded(40)
    expect(timeout.ms).toBe(60)
    timeout.succeeded(400)
    expect(timeout.ms, 'and every one counts after that').toBe(66)
  })

  it.each([1, NEEDED])('starts at the longest of them, be it number %d', (longest) => {
    const timeout = make()
    for (let n = 1; n <= NEEDED; n++) timeout.succeeded(n === longest ? 400 : 40)
    expect(timeout.ms).toBe(600)
  })

  test.each<[number, number]>([
    [0.99, 200],
    [0.9, 20],
    [0.5, 4],
  ])('of the %d quantile needs %d successes', (quantile, needed) => {
    const timeout = make({ quantile })
    for (let n = 1; n < needed; n++) timeout.succeeded(40)
    expect(timeout.ms).toBe(MAX)
    timeout.succeeded(40)
    expect(timeout.ms).toBe(60)
  })

  // The estimate keeps moving by its step: nine readings in ten lie in the band.
  test.each<[string, Draw, number]>([
    ['lognormal', lognormal, 0.99],
    ['exponential', exponential, 0.99],
    ['bimodal', twoHumps, 0.99],
    ['rarely slow', rarelySlow, 0.99],
    ['lognormal', lognormal, 0.9],
    ['exponential', exponential, 0.9],
    ['bimodal', twoHumps, 0.9],
  ])('%s data: readings are within 0.75 and 1.33 of the true quantile %d', (_, draw, quantile) => {
    const timeout = make({ quantile, margin: 0 })
    const u = uniform(7)
    const truth = exact(draw, quantile)
    const ratios: number[] = []
    for (let n = 0; n < 20_000; n++) {
      timeout.succeeded(draw(u))
      if (n >= 5_000) ratios.push(timeout.ms / truth)
    }
    ratios.sort((a, b) => a - b)
    expect(ratios[Math.floor(0.05 * ratios.length)]).toBeGreaterThan(0.75)
    expect(ratios[Math.floor(0.95 * ratios.length)]).toBeLessThan(1.33)
  })

  test.each<[string, Draw]>([
    ['lognormal', lognormal],
    ['exponential', exponential],
    ['bimodal', twoHumps],
    ['rarely slow', rarelySlow],
  ])('%s data: loses less than the tail beyond its quantile', (_, draw) => {
    expect(attempts(make(), 20_000, draw, uniform(11)) / 20_000).toBeLessThan(0.01)
  })

  // From a first observation of 20 ms upward, 1,500 calls would be cut at 30 ms before 400 were thought of.
  it('knows a rare slow mode from its first reading on, nine times in ten', () => {
    let knows = 0
    for (let seed = 1; seed <= 100; seed++) {
      const timeout = make()
      attempts(timeout, NEEDED, rarelySlow, uniform(seed * 7919))
      if (timeout.ms >= 440) knows++
    }
    expect(knows).toBeGreaterThanOrEqual(90)
  })

  it('follows a tenfold rise within 150 attempts, and then loses no more than before', () => {
    const timeout = make()
    const u = uniform(5)
    attempts(timeout, 5_000, lognormal, u)
    const before = timeout.ms
    attempts(timeout, 150, times(10, lognormal), u)
    expect(timeout.ms / before).toBeGreaterThan(6)
    expect(attempts(timeout, 5_000, times(10, lognormal), u) / 5_000).toBeLessThan(0.02)
  })

  it('comes down to a tenth within 3,000 attempts', () => {
    const timeout = make()
    const u = uniform(6)
    attempts(timeout, 5_000, times(5, lognormal), u)
    const before = timeout.ms
    attempts(timeout, 3_000, times(0.5, lognormal), u)
    expect(timeout.ms / before).toBeLessThan(0.16)
  })

  // Of a slow phase only the fast successes are seen: without the timeouts the estimate would shrink
  // until nothing succeeds any more.
  it('does not shrink itself in a slow phase: a timeout would have taken at least so long', () => {
    const blind = make()
    const seeing = make()
    const slow: Draw = (u) => (u() < 0.5 ? lognormal(u) : 900 + 200 * u())
    const lostBy = (timeout: AdaptiveTimeout, tell: boolean) => {
      const u = uniform(3)
      attempts(timeout, 2_000, lognormal, u)
      let lost = 0
      for (let n = 0; n < 20_000; n++) {
        const given = timeout.ms
        const ms = slow(u)
        if (ms <= given) timeout.succeeded(ms)
        else {
          if (n >= 1_000) lost++
          if (tell) timeout.timedOut(given)
        }
      }
      return lost / 19_000
    }
    expect(lostBy(seeing, true)).toBeLessThan(0.01)
    expect(lostBy(blind, false)).toBeGreaterThan(0.45)
    expect(seeing.ms).toBeGreaterThan(2 * blind.ms)
  })

  it('of a dependency that hangs, it goes to the longest allowed and no further', () => {
    const timeout = make()
    attempts(timeout, 300, lognormal, uniform(2))
    const lost = attempts(timeout, 60, () => Number.POSITIVE_INFINITY, uniform(2))
    expect([lost, timeout.ms]).toEqual([60, MAX])
    attempts(timeout, 8_000, lognormal, uniform(4))
    expect(timeout.ms, 'and comes back').toBeLessThan(400)
  })

  it('counts a timeout while it learns: what is known then starts from there', () => {
    const timeout = make()
    for (let n = 0; n < 1_000; n++) timeout.timedOut(900)
    expect(timeout.ms, 'timeouts alone are no evidence of what an answer takes').toBe(MAX)
    for (let n = 0; n < NEEDED; n++) timeout.succeeded(40)
    expect(timeout.ms).toBe(1_350)
  })

  it('an attempt that its call’s deadline cut before the usual tail says nothing', () => {
    const timeout = make()
    for (let n = 0; n < NEEDED; n++) timeout.succeeded(40)
    for (let n = 0; n < 100; n++) timeout.timedOut(n % 20)
    expect(timeout.ms).toBe(60)
    timeout.timedOut(60)
    expect(timeout.ms).toBeGreaterThan(60)
  })

  it('is a whole number between its limits, whatever came', () => {
    const settings = fc.record({
      quantile: fc.double({ min: 0.5, max: 0.999, noNaN: true }),
      margin: fc.double({ min: 0, max: 3, noNaN: true }),
      min: fc.integer({ min: 1, max: 100 }),
      max: fc.integer({ min: 100, max: 5_000 }),
    })
    const ends = fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1e6, noNaN: true })), {
      maxLength: 300,
      size: 'max',
    })
    fc.assert(
      fc.property(settings, ends, (own, outcomes) => {
        const timeout = new AdaptiveTimeout(own)
        for (const [succeeded, ms] of outcomes) {
          if (succeeded) timeout.succeeded(ms)
          else timeout.timedOut(ms)
          expect(Number.isInteger(timeout.ms)).toBe(true)
          expect(timeout.ms).toBeGreaterThanOrEqual(own.min)
          expect(timeout.ms).toBeLessThanOrEqual(own.max)
        }
      }),
    )
  })
})
