import { describe, expect, test } from 'vitest'
import { Admission } from './admission.js'
import { Arrival, QUEUED } from './arrival.js'
import { Places } from './places.js'
import { ADMISSION } from './settings.js'

const SETTINGS = { limit: 80, limitMin: 1, limitMax: 1_000 }

/** Rounds of a service that is always full and ends 50 a second, of which so many for nobody. @returns the limit */
function after(rounds: number, wasted: number): number {
  const places = new Places(SETTINGS)
  let now = 0
  for (let n = 0; n < rounds * 200; n++) {
    while (places.inFlight < places.limit) places.started()
    now += 20
    places.ended(1_500, true, now, n % 100 < wasted * 100)
  }
  return places.limit
}

test('work for nobody is no throughput: what is for nothing is cut off at once', () => {
  expect(after(3, 1)).toBeLessThanOrEqual(20)
})

test('but not below ten places: a service that is too slow for its callers is not starved by them', () => {
  expect(after(50, 1)).toBe(10)
})

test('what had begun before the cut is no reason for another one', () => {
  const places = new Places(SETTINGS)
  for (let n = 0; n < 80; n++) places.started()
  // It stood still; all that was inside is for nobody, and comes out at once. What comes afterwards is not.
  for (let n = 0, now = 15_000; n < 400; n++) {
    now += 10
    places.ended(n < 80 ? 15_000 : 200, true, now, n < 80)
    while (places.inFlight < places.limit) places.started()
  }
  expect(places.limit).toBeGreaterThanOrEqual(40)
})

test('a few that leave are no sign', () => {
  expect(after(3, 0.05)).toBeGreaterThan(40)
})

describe('of a service that is always full, and of which all take 1.5 s', () => {
  /** @returns the limit after 12 s */
  const limitWhere = (how: Partial<Arrival>) => {
    const admission = new Admission({ ...ADMISSION, limit: 80 })
    const inside: { arrival: Arrival; at: number }[] = []
    for (let now = 0; now < 12_000; now += 20) {
      for (;;) {
        const arrival = new Arrival()
        const answer = admission.arrive(arrival, now)
        if (answer === QUEUED) admission.cancel(arrival)
        if (answer !== undefined) break
        inside.push({ arrival, at: now })
      }
      const first = inside[0]
      if (first === undefined || now - first.at < 1_500) continue
      inside.shift()
      admission.served(Object.assign(first.arrival, how), now - first.at, now, false)
    }
    return admission.limit
  }

  test('work whose caller has left, or whose deadline has passed, is cut off', () => {
    expect(limitWhere({ abandoned: true })).toBeLessThan(limitWhere({}) / 2)
    expect(limitWhere({ deadline: 1 })).toBeLessThan(limitWhere({}) / 2)
  })

  test('an answer that failed is an answer', () => {
    expect(limitWhere({})).toBeGreaterThan(40)
  })
})
