import { expect, test } from 'vitest'
import { Places } from './places.js'

const SETTINGS = { limit: 80, limitMin: 1, limitMax: 1_000 }

/** Rounds of a service that is always full and ends 50 a second, of which so many for nobody. @returns the limit */
function after(rounds: number, wasted: number): number {
  const places = new Places(SETTINGS)
  let now = 0
  for (let n = 0; n < rounds * 200; n++) {
    while (places.inFlight < places.limit) places.started()
    now += 20
    places.ended(1_500, true, now, n % 100 >= wasted * 100)
  }
  return places.limit
}

test('work for nobody is no throughput: what is for nothing is cut off at once', () => {
  expect(after(3, 1)).toBeLessThanOrEqual(20)
})

test('but not below ten places: a service that is too slow for its callers is not starved by them', () => {
  expect(after(50, 1)).toBe(10)
})

test('a few that leave are no sign', () => {
  expect(after(3, 0.05)).toBeGreaterThan(40)
})
