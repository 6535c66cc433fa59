import { describe, expect, it } from 'vitest'
import { Pace } from './pace.js'

/** So many departures, so many ms apart, from `from` on. @returns when the last was */
function depart(pace: Pace, count: number, apart: number, busy: boolean, from: number): number {
  let now = from
  for (let n = 0; n < count; n++) {
    now += apart
    pace.served(100, !busy)
    pace.departed(busy, now)
  }
  return now
}

describe('pace', () => {
  it('guesses what so many places could do, where nothing was served', () => {
    const pace = new Pace()
    expect([pace.rate(50), pace.shown(50)]).toEqual([50, 50])
  })

  it('has shown what it was asked for, until it is known what it can', () => {
    const pace = new Pace()
    const now = depart(pace, 100, 20, false, 0)
    // 50 places of 100 ms could do 500 a second; it did 50.
    expect(pace.rate(50)).toBeCloseTo(0.5, 1)
    expect(pace.shown(50)).toBeCloseTo(0.05, 3)
    depart(pace, 100, 5, true, now)
    expect([pace.rate(50), pace.shown(50)]).toEqual([0.2, 0.2])
  })

  it('has shown that it can serve one after the other, though it is asked for hardly anything', () => {
    const pace = new Pace()
    depart(pace, 40, 3_600_000, false, 0)
    expect(pace.shown(50)).toBeCloseTo(1 / 100, 4)
  })

  it('does not count the pause before a queue as time that it served in', () => {
    const pace = new Pace()
    const now = depart(pace, 20, 10, false, 0)
    depart(pace, 17, 10, true, now + 60_000)
    expect(pace.rate(50)).toBeCloseTo(0.1, 3)
  })

  it('measures over sixteen departures: how far two of them are apart is chance', () => {
    const pace = new Pace()
    let now = depart(pace, 15, 10, true, 0)
    pace.departed(true, ++now)
    expect(pace.rate(50)).toBe(0.5)
    pace.departed(true, (now += 19))
    expect(pace.rate(50)).toBeCloseTo(16 / 160)
  })

  it('is no infinite rate where all end in the same millisecond', () => {
    const pace = new Pace()
    depart(pace, 20, 0, true, 100)
    expect(pace.rate(50)).toBe(0.5)
    pace.departed(true, 300)
    expect(pace.rate(50)).toBeCloseTo(0.1)
  })

  it.each([
    ['rate', true, 0.13],
    ['shown', false, 0.11],
  ] as const)('goes part of the way at each measurement: %s, with a queue: %s', (what, busy, expected) => {
    const pace = new Pace()
    const now = depart(pace, 17, 10, busy, 0)
    expect(pace[what](50)).toBeCloseTo(0.1)
    depart(pace, 16, 5, busy, now)
    expect(pace[what](50)).toBeCloseTo(expected)
  })

  it('takes no less than half of them took, or the latest if that was quicker: else a deadline that can be met is refused', () => {
    const pace = new Pace()
    for (let n = 0; n < 10; n++) pace.served(100, true)
    expect(pace.least()).toBe(100)
    pace.served(10, true)
    expect(pace.least()).toBe(10)
    pace.served(1_000, true)
    expect(pace.least()).toBe(pace.median())
  })

  it('learns the 99th percentile at rest only: a queue inside is no reason to let others wait longer', () => {
    const pace = new Pace()
    pace.served(100, false)
    expect(pace.p99(7)).toBe(7)
    pace.served(100, true)
    pace.served(1_000, false)
    expect(pace.p99(7)).toBe(100)
  })
})
