import { seeded } from 'truce/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { lognormal, Pool } from './pool.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** How many of these are done after so many ms. */
function watched(pool: Pool, jobs: number) {
  let done = 0
  for (let n = 0; n < jobs; n++) void pool.work().then(() => done++)
  return async (ms: number): Promise<number> => {
    await vi.advanceTimersByTimeAsync(ms)
    return done
  }
}

test('so many work at once, and the rest stands in line', async () => {
  const pool = new Pool(2, () => 10)
  const after = watched(pool, 5)
  expect([await after(9), await after(1), await after(10), await after(10)]).toEqual([0, 2, 4, 5])
  expect(pool.size).toBe(0)
})

test('frozen, nothing goes on; thawed, what was begun is finished in the time that it had left', async () => {
  const pool = new Pool(1, () => 10)
  const after = watched(pool, 2)
  await after(6)
  pool.freeze()
  expect(await after(1_000)).toBe(0)
  pool.thaw()
  expect([await after(3), await after(1), await after(10)]).toEqual([0, 1, 2])
})

test('times have the mean that they should have, and a tail', () => {
  const draw = lognormal(100, 0.3, seeded(7))
  const times = Array.from({ length: 20_000 }, draw).toSorted((a, b) => a - b)
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length
  expect(mean).toBeGreaterThan(90)
  expect(mean).toBeLessThan(110)
  expect(times[19_800]).toBeGreaterThan(150)
})
