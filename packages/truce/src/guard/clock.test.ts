import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('system clock', () => {
  it('rings once, never before its time: fractions are rounded up', () => {
    const ring = vi.fn<() => void>()
    systemClock.alarm(5.2, ring)
    vi.advanceTimersByTime(5)
    expect(ring).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(ring).toHaveBeenCalledOnce()
  })

  it('an alarm that was cancelled, before or after it rang, does nothing', () => {
    const ring = vi.fn<() => void>()
    const alarm = systemClock.alarm(5, ring)
    alarm.cancel()
    vi.advanceTimersByTime(100)
    alarm.cancel()
    expect(ring).not.toHaveBeenCalled()
  })

  it('takes longer delays than setTimeout does, which would ring at once', () => {
    const ring = vi.fn<() => void>()
    systemClock.alarm(2 ** 40, ring)
    vi.advanceTimersByTime(1_000_000)
    expect(ring).not.toHaveBeenCalled()
  })

  it('follows a clock that is faked after it was first read, and the real one again', () => {
    vi.useRealTimers()
    const real = systemClock.now()
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    const faked = systemClock.now()
    vi.advanceTimersByTime(60_000)
    expect(systemClock.now() - faked).toBe(60_000)
    vi.useRealTimers()
    expect(systemClock.now()).toBeGreaterThanOrEqual(real)
    expect(systemClock.now()).toBeLessThan(real + 50_000)
  })

  it('its epoch and its time make the wall clock’s', () => {
    expect(Math.abs(systemClock.epoch + systemClock.now() - Date.now())).toBeLessThan(60_000)
  })
})
