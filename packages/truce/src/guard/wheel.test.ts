import { describe, expect, it, vi } from 'vitest'
import { virtualTime } from '../testing/index.js'
import type { Clock } from './clock.js'
import { type Timer, Wheel, wheelOf } from './wheel.js'

const HOUR = 3_600_000

/** A timer that notes when it rang, under its name, and then does something more. */
function timer(log: [name: string, at: number][], name: string, clock: Clock, then?: () => void): Timer {
  return {
    due: -1,
    earlier: undefined,
    later: undefined,
    keepsAlive: false,
    ring() {
      log.push([name, clock.now()])
      then?.()
    },
  }
}

function setUp() {
  const time = virtualTime()
  const log: [name: string, at: number][] = []
  const wheel = new Wheel(time.clock)
  const add = (name: string, ms: number, then?: () => void): Timer => {
    const made = timer(log, name, time.clock, then)
    wheel.add(made, time.now(), ms, false)
    return made
  }
  return { time, log, wheel, add, names: () => log.map(([name]) => name) }
}

/** A clock that moves only by hand and whose one alarm is rung by hand. */
function handClock() {
  let now = 0
  let armed: { at: number; ring: () => void; keepAlive: boolean } | undefined
  const clock: Clock = {
    now: () => now,
    epoch: 0,
    alarm(ms, ring) {
      const alarm = { at: now + ms, ring, keepAlive: true }
      armed = alarm
      return {
        keepAlive: (yes) => void (alarm.keepAlive = yes),
        cancel: () => {
          if (armed === alarm) armed = undefined
        },
      }
    },
  }
  const jump = (to: number) => {
    now = to
    const due = armed
    armed = undefined
    due?.ring()
  }
  return { clock, jump, alarm: () => armed }
}

describe('wheel: order', () => {
  it('rings by time, and ties in the order in which they came', async () => {
    const { add, time, names } = setUp()
    add('c', 30)
    add('a', 10)
    add('b1', 20)
    add('b2', 20)
    add('b3', 19.5)
    await time.runAll()
    expect(names()).toEqual(['a', 'b1', 'b2', 'b3', 'c'])
  })

  it('never rings early, and at most 1 ms late, with fractions too', async () => {
    const { add, time, log } = setUp()
    await time.advance(0.7)
    for (const ms of [0.1, 0.3, 1, 1.5, 2.01, 99.99]) add(`${0.7 + ms}`, ms)
    await time.runAll()
    for (const [due, at] of log) {
      expect(at).toBeGreaterThanOrEqual(Number(due))
      expect(at - Number(due)).toBeLessThanOrEqual(1)
    }
    expect(log).toHaveLength(6)
  })

  it.each([2_047, 2_048, 2_049, 5_000, HOUR, HOUR + 1])('a far timer rings once: %i ms', (ms) => {
    const { clock, jump, alarm } = handClock()
    const wheel = new Wheel(clock)
    const log: [string, number][] = []
    wheel.add(timer(log, 'far', clock), 0, ms, false)
    for (let turns = 0; log.length === 0 && turns < 2_000; turns++) jump(alarm()?.at ?? Number.NaN)
    expect(log).toEqual([['far', ms]])
    expect(alarm(), 'and leaves no alarm').toBeUndefined()
    expect(wheel.size).toBe(0)
  })

  it('a timer of 25 days, more than any setTimeout takes, rings in its time', () => {
    const { clock, jump } = handClock()
    const wheel = new Wheel(clock)
    const log: [string, number][] = []
    const days = 25 * 24 * HOUR
    wheel.add(timer(log, 'far', clock), 0, days, false)
    for (let now = HOUR; now < days; now += HOUR) jump(now)
    expect(log).toEqual([])
    jump(days)
    expect(log).toEqual([['far', days]])
  })

  it('a clock that jumps hours ahead rings everything that is due, each once', () => {
    const { clock, jump } = handClock()
    const wheel = new Wheel(clock)
    const log: [string, number][] = []
    for (const ms of [1, 2, 2_000, 2_049, 4_097, 3 * HOUR]) wheel.add(timer(log, `${ms}`, clock), 0, ms, false)
    wheel.add(timer(log, 'later', clock), 0, 6 * HOUR, false)
    jump(4 * HOUR)
    expect(log, 'what lies in the sockets is read first').toEqual([])
    jump(4 * HOUR + 2)
    expect(new Set(log.map(([name]) => name))).toEqual(new Set(['1', '2', '2000', '2049', '4097', `${3 * HOUR}`]))
    expect(log).toHaveLength(6)
    expect(wheel.size).toBe(1)
  })

  it('an alarm that rings too early is armed again', () => {
    const { clock, jump, alarm } = handClock()
    const wheel = new Wheel(clock)
    const log: [string, number][] = []
    wheel.add(timer(log, 'a', clock), 0, 10, false)
    jump(9.3)
    expect(log).toEqual([])
    expect(alarm()?.at).toBe(10)
    jump(10)
    expect(log).toEqual([['a', 10]])
  })

  it('rings 100,000 timers with few alarms', async () => {
    const { add, time, log, wheel } = setUp()
    for (let n = 0; n < 100_000; n++) add('x', 1 + (n % 100))
    expect(time.pending).toHaveLength(1)
    await time.runAll()
    expect(log).toHaveLength(100_000)
    expect(wheel.size).toBe(0)
  })
})

describe('wheel: changes in mid-ring', () => {
  it('one that is taken off by another of the same millisecond does not ring', async () => {
    const { add, time, wheel, names } = setUp()
    add('a', 5, () => wheel.remove(b))
    const b = add('b', 5)
    add('c', 5)
    await time.runAll()
    expect(names()).toEqual(['a', 'c'])
    expect(wheel.size).toBe(0)
  })

  it('one added for now waits for the next millisecond, one added a turn ahead for its turn', async () => {
    const { add, time, log } = setUp()
    add('a', 5, () => {
      add('soon', 0.001)
      add('same slot', 2_048)
    })
    await time.runAll()
    expect(log).toEqual([
      ['a', 5],
      ['soon', 6],
      ['same slot', 5 + 2_048],
    ])
  })

  it('one that adds itself again rings again', async () => {
    const { time, wheel, log } = setUp()
    const again = timer(log, 'again', time.clock, () => {
      if (log.length < 3) wheel.add(again, time.now(), 7, false)
    })
    wheel.add(again, 0, 7, false)
    await time.runAll()
    expect(log.map(([, at]) => at)).toEqual([7, 14, 21])
  })

  it('one taken off and put on again in mid-ring rings at its new time only', async () => {
    const { add, time, wheel, log } = setUp()
    add('a', 5, () => {
      wheel.remove(b)
      wheel.add(b, time.now(), 10, false)
    })
    const b = add('b', 5)
    await time.runAll()
    expect(log).toEqual([
      ['a', 5],
      ['b', 15],
    ])
  })

  it('taking off what is not on, twice, or what has rung, changes nothing', async () => {
    const { add, time, wheel, names } = setUp()
    const a = add('a', 5)
    add('b', 5)
    wheel.remove(a)
    wheel.remove(a)
    await time.runAll()
    wheel.remove(a)
    expect(wheel.size).toBe(0)
    expect(names()).toEqual(['b'])
  })
})

describe('wheel: the process', () => {
  it('is kept alive exactly while a timer that asks for it is on', () => {
    const { clock, alarm, jump } = handClock()
    const wheel = new Wheel(clock)
    const log: [string, number][] = []
    const attempt = timer(log, 'attempt', clock)
    const backoff = timer(log, 'backoff', clock)
    const second = timer(log, 'second', clock)
    wheel.add(attempt, 0, 50, false)
    expect(alarm()?.keepAlive).toBe(false)
    wheel.add(backoff, 0, 100, true)
    wheel.add(second, 0, 20, true)
    expect(alarm()).toMatchObject({ at: 20, keepAlive: true })
    wheel.remove(backoff)
    expect(alarm()?.keepAlive).toBe(true)
    jump(20)
    expect(alarm(), 'only the attempt is left').toMatchObject({ at: 50, keepAlive: false })
    wheel.add(backoff, 20, 100, true)
    jump(50)
    expect(alarm()).toMatchObject({ at: 120, keepAlive: true })
    wheel.remove(backoff)
    expect(alarm()?.keepAlive).toBe(false)
  })

  it('a timer taken off costs no alarm: the armed one finds nothing and is not renewed', async () => {
    const { add, time, wheel } = setUp()
    wheel.remove(add('a', 5))
    expect(time.pending).toHaveLength(1)
    await time.runAll()
    expect(time.pending).toEqual([])
  })

  it('one wheel a clock', () => {
    const { clock } = handClock()
    expect(wheelOf(clock)).toBe(wheelOf(clock))
    expect(wheelOf(handClock().clock)).not.toBe(wheelOf(clock))
  })

  it('arms again only for what is due earlier', () => {
    const { clock } = handClock()
    const alarm = vi.spyOn(clock, 'alarm')
    const wheel = new Wheel(clock)
    for (const ms of [10, 20, 30, 5]) wheel.add(timer([], 'x', clock), 0, ms, false)
    expect(alarm.mock.calls.map(([ms]) => ms)).toEqual([10, 5])
  })
})
