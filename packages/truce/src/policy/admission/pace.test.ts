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
})
