import { expect, onTestFinished, test, vi } from 'vitest'
import { reaping } from './reaping.js'

test('an engine is asked to reap every minute, also after it failed, until that ends', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const asked: number[] = []
  const began = Date.now()
  const stop = reaping({
    reap: async () => {
      asked.push(Date.now() - began)
      if (asked.length === 1) throw new Error('the store is out')
      return 0
    },
  })
  await vi.advanceTimersByTimeAsync(180_000)
  stop()
  await vi.advanceTimersByTimeAsync(180_000)
  expect(asked).toEqual([60_000, 120_000, 180_000])
})
