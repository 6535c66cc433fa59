import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sleepers } from './sleepers.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A sleeper, and whether it has woken. */
function asleep(ms = 1_000, signal = new AbortController().signal) {
  const waiting = sleepers()
  const sleeper = waiting.sleep('key', ms, signal)
  const seen = { isAwake: false }
  void sleeper.asleep.then(() => (seen.isAwake = true))
  const settle = () => vi.advanceTimersByTimeAsync(0)
  return { waiting, sleeper, seen, settle }
}

test('whoever waits for a record is woken when it changes, and nobody else', async () => {
  const { waiting, seen, settle } = asleep()
  waiting.wake('another')
  await settle()
  expect(seen.isAwake).toBe(false)
  waiting.wake('key')
  await settle()
  expect(seen.isAwake).toBe(true)
  expect(waiting.isEmpty()).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('nobody sleeps past its time, nor on after an abort, before or while it sleeps', async () => {
  const late = asleep(50)
  await vi.advanceTimersByTimeAsync(49)
  expect(late.seen.isAwake).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(late.seen.isAwake).toBe(true)

  const caller = new AbortController()
  const left = asleep(50, caller.signal)
  caller.abort()
  await left.settle()
  expect(left.seen.isAwake).toBe(true)
  const never = asleep(50, caller.signal)
  await never.settle()
  expect([never.seen.isAwake, never.waiting.isEmpty(), vi.getTimerCount()]).toEqual([true, true, 0])
})

test('its time can be set anew, and longer than timers take', async () => {
  const { sleeper, seen } = asleep(Number.MAX_SAFE_INTEGER)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(seen.isAwake).toBe(false)
  sleeper.within(5)
  await vi.advanceTimersByTimeAsync(5)
  expect(seen.isAwake).toBe(true)
  sleeper.within(5)
  expect(vi.getTimerCount(), 'who is awake stays so').toBe(0)
})

test('all are woken at the end', async () => {
  const { waiting, seen, settle } = asleep()
  const other = waiting.sleep('other', 1_000, new AbortController().signal)
  waiting.wakeAll()
  await other.asleep
  await settle()
  expect(seen.isAwake).toBe(true)
})
