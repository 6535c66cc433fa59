import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { attemptTime, cutShort, DEADLINE, effectiveDeadline, fits, travellingTime } from './deadline.js'

const ms = fc.double({ min: 0, max: 1e9, noNaN: true })
const NEVER = Number.POSITIVE_INFINITY

describe('deadline', () => {
  test.each<[number, number, number]>([
    [800, 760, 40],
    [100, 95, 5],
    [1_000, 950, 50],
    [3_000, 2_950, 50],
    [60_000, 59_950, 50],
    [0, 0, 0],
  ])('of an attempt of %d ms, %d travel: %d are held back for the way home', (attempt, expected) => {
    expect(travellingTime(attempt)).toBe(expected)
  })

  it('never lets the callee outlive the attempt, and never sends a negative time', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e9, noNaN: true }), (attempt) => {
        const travels = travellingTime(attempt)
        expect(travels).toBeGreaterThanOrEqual(0)
        expect(travels).toBeLessThanOrEqual(Math.max(0, attempt))
        if (attempt > 0) expect(attempt - travels).toBeLessThanOrEqual(DEADLINE.marginMax + 1e-6)
      }),
    )
    expect(travellingTime(NEVER)).toBe(NEVER)
  })

  it('nests: the effective deadline is the smallest, however many layers', () => {
    fc.assert(
      fc.property(ms, fc.array(fc.oneof(ms, fc.constant(NEVER)), { minLength: 1 }), (now, layers) => {
        const innermost = layers.reduce((callers, own) => effectiveDeadline(now, own, callers), NEVER)
        expect(innermost).toBe(Math.min(...layers.map((own) => now + own)))
      }),
    )
  })

  test.each<[string, number, number, number, number]>([
    ['the attempt timeout, where there is time', 0, 800, 2_500, 800],
    ['what is left, where that is less', 2_000, 800, 2_500, 500],
    ['what is left, where attempts have no timeout', 2_000, NEVER, 2_500, 500],
    ['unbounded, where nothing bounds it', 2_000, NEVER, NEVER, NEVER],
  ])('an attempt may take %s', (_, now, timeout, deadline, expected) => {
    expect(attemptTime(now, timeout, deadline)).toBe(expected)
  })

  test.each<[string, number, number, number, number, boolean]>([
    ['exactly', 0, 90, 10, 100, true],
    ['not by one', 0, 91, 10, 100, false],
    ['always without a deadline', 0, 1e12, 10, NEVER, true],
    ['not after the deadline', 101, 0, 0, 100, false],
  ])('fits %s', (_, now, delay, least, deadline, expected) => {
    expect(fits(now, delay, least, deadline)).toBe(expected)
  })

  it('an attempt that fits is given at least the least time', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.nat(1e5),
        fc.nat(1e4),
        fc.nat(1e4),
        fc.nat(2e6),
        (now, delay, least, timeout, deadline) => {
          fc.pre(timeout >= least && fits(now, delay, least, deadline))
          expect(attemptTime(now + delay, timeout, deadline)).toBeGreaterThanOrEqual(least)
        },
      ),
    )
  })

  test.each<[number, number, boolean]>([
    [399, 800, true],
    [400, 800, false],
    [800, 800, false],
    [1e9, NEVER, true],
  ])('an attempt given %d of %d ms is cut short: %s', (given, timeout, expected) => {
    expect(cutShort(given, timeout)).toBe(expected)
  })
})
