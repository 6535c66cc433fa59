import { describe, expect, test } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { OwnTimers } from './own-timers.js'
import type { Timer } from './timer.js'

function timer(rang: () => void): Timer {
  return { due: -1, earlier: undefined, later: undefined, keepsAlive: false, ring: rang }
}

describe('own timers', () => {
  test('ring once, when due, each by an alarm of its own', async () => {
    const time = virtualTime()
    const timers = new OwnTimers(time.clock)
    const rung: [string, number][] = []
    for (const [name, ms] of [
      ['b', 20],
      ['a', 10],
      ['c', 3_000],
    ] as const)
      // prettier-ignore
      timers.add(timer(() => rung.push([name, time.now()])), time.now(), ms, false)
    await time.advance(10_000)
    expect(rung).toEqual([['a', 10], ['b', 20], ['c', 3_000]]) // prettier-ignore
    expect(timers.size).toBe(0)
  })

  test('one that was taken off does not ring, nor where its alarm could not be cancelled', async () => {
    const time = virtualTime()
    const deaf = { ...time.clock, alarm: (ms: number, ring: () => void) => ({ ...time.clock.alarm(ms, ring), cancel: () => {} }) } // prettier-ignore
    const timers = new OwnTimers({ ...deaf, now: () => time.now(), epoch: 0 })
    let rung = 0
    const each = timer(() => rung++)
    timers.add(each, 0, 10, false)
    timers.remove(each)
    timers.add(each, 0, 50, false)
    await time.advance(20)
    expect([rung, each.due]).toEqual([0, 50])
    await time.advance(100)
    expect([rung, each.due, timers.size]).toEqual([1, -1, 0])
  })

  test('an endless wait arms nothing', () => {
    const timers = new OwnTimers(virtualTime().clock)
    timers.add(timer(() => {}), 0, Number.POSITIVE_INFINITY, true) // prettier-ignore
    expect(timers.size).toBe(0)
  })
})
