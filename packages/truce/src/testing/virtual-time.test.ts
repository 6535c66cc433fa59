import fc from 'fast-check'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { virtualTime } from './virtual-time.js'

const sleep = (time: ReturnType<typeof virtualTime>, ms: number) =>
  new Promise<void>((resolve) => void time.clock.alarm(ms, resolve))

describe('virtual time', () => {
  it('rings alarms in the order of their times, the first set first', async () => {
    const time = virtualTime()
    const rung: string[] = []
    const alarm = (ms: number, name: string) => time.clock.alarm(ms, () => rung.push(`${name}@${time.now()}`))
    alarm(20, 'c')
    alarm(10, 'a')
    alarm(10, 'b')
    alarm(0, 'now')
    alarm(-5, 'past')
    await time.runAll()
    expect(rung).toEqual(['now@0', 'past@0', 'a@10', 'b@10', 'c@20'])
  })

  it('rings what is set, and nothing that was cancelled, whatever the order', async () => {
    const alarms = fc.array(fc.record({ ms: fc.nat(20), cancelled: fc.boolean() }))
    await fc.assert(
      fc.asyncProperty(alarms, async (given) => {
        const time = virtualTime()
        const rung: number[] = []
        const set = given.map(({ ms }, index) => time.clock.alarm(ms, () => rung.push(index)))
        for (const [index, { cancelled }] of given.entries()) if (cancelled) set[index]?.cancel()
        await time.runAll()
        const expected = [...given.entries()]
          .filter(([, { cancelled }]) => !cancelled)
          .toSorted(([i, a], [j, b]) => a.ms - b.ms || i - j)
        expect(rung).toEqual(expected.map(([index]) => index))
      }),
      { numRuns: 30 },
    )
  })

  it('lets promises run to their end before time moves on', async () => {
    const time = virtualTime()
    const seen: string[] = []
    const work = async (name: string) => {
      for (let step = 0; step < 50; step++) await Promise.resolve()
      seen.push(`${name} at ${time.now()}`)
      await sleep(time, 5)
      seen.push(`${name} woke at ${time.now()}`)
    }
    time.clock.alarm(10, () => void work('first'))
    time.clock.alarm(11, () => void work('second'))
    await time.advance(14)
    expect(seen).toEqual(['first at 10', 'second at 11'])
    await time.advance(100)
    expect(seen.slice(2)).toEqual(['first woke at 15', 'second woke at 16'])
    expect(time.now()).toBe(114)
  })

  it('starts where it is told and counts on for records', async () => {
    const time = virtualTime({ start: 500, epoch: 1_000_000 })
    await time.advance(0.5)
    expect([time.now(), time.clock.now(), time.clock.epoch]).toEqual([500.5, 500.5, 1_000_000])
  })

  it('shows what is pending and whether it keeps the process alive', () => {
    const time = virtualTime()
    time.clock.alarm(20, () => {}).keepAlive(false)
    const soon = time.clock.alarm(10, () => {})
    time.clock.alarm(Number.POSITIVE_INFINITY, () => {})
    expect(time.pending).toEqual([
      { at: 10, keepsAlive: true },
      { at: 20, keepsAlive: false },
    ])
    soon.cancel()
    soon.cancel()
    expect(time.pending).toHaveLength(1)
  })

  test('an alarm cancelled after it rang takes no other with it', async () => {
    const time = virtualTime()
    const rang = time.clock.alarm(10, () => {})
    time.clock.alarm(20, () => {})
    await time.advance(10)
    rang.cancel()
    expect(time.pending).toEqual([{ at: 20, keepsAlive: true }])
  })

  test('settle() lets promises run and time stand', async () => {
    const time = virtualTime()
    let done = false
    time.clock.alarm(0, () => {})
    void Promise.resolve().then(() => (done = true))
    await time.settle()
    expect([done, time.now(), time.pending.length]).toEqual([true, 0, 1])
  })

  it('hands on what an alarm throws, and goes on', async () => {
    const time = virtualTime()
    time.clock.alarm(10, () => {
      throw new Error('in the alarm')
    })
    await expect(time.advance(20)).rejects.toThrow('in the alarm')
    expect(time.now()).toBe(10)
    await time.advance(20)
    expect(time.now()).toBe(30)
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('cannot advance by %d', async (ms) => {
    await expect(virtualTime().advance(ms)).rejects.toThrow(`cannot advance by ${ms} ms`)
  })
})

describe('time.run', () => {
  it('returns the value, and stops the clock there', async () => {
    const time = virtualTime()
    time.clock.alarm(1e9, () => {})
    expect(await time.run(sleep(time, 3_600_000).then(() => 'an hour later'))).toBe('an hour later')
    expect(time.now()).toBe(3_600_000)
    expect(time.pending).toHaveLength(1)
  })

  it('starts a function, and moves no time for what needs none', async () => {
    const time = virtualTime()
    time.clock.alarm(1, () => {})
    expect(await time.run(async () => time.now())).toBe(0)
    expect(time.now()).toBe(0)
  })

  it('throws the error itself, and none is unhandled on the way', async () => {
    const time = virtualTime()
    const unhandled = vi.fn<(reason: unknown) => void>()
    process.on('unhandledRejection', unhandled)
    const error = new Error('declined')
    await expect(time.run(Promise.reject(error))).rejects.toBe(error)
    await expect(time.run(sleep(time, 10).then(() => Promise.reject(error)))).rejects.toBe(error)
    const throws = () => {
      throw error
    }
    await expect(time.run(throws)).rejects.toBe(error)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('says so where nothing is scheduled and the promise hangs', async () => {
    const time = virtualTime()
    const hangs = sleep(time, 10).then(() => new Promise(() => {}))
    await expect(time.run(hangs)).rejects.toThrow('at 10 ms nothing is scheduled and the promise is still pending')
  })

  it('ends where alarms never do', async () => {
    const time = virtualTime({ maxAlarms: 50 })
    const again = () => void time.clock.alarm(10, again)
    again()
    await expect(time.run(new Promise(() => {}))).rejects.toThrow('no end after 50 alarms, at 500 ms')
    await expect(time.runAll()).rejects.toThrow('no end')
  })

  it('refuses a second mover, and says how to do it', async () => {
    const time = virtualTime()
    const first = time.run(sleep(time, 10))
    await expect(time.advance(5)).rejects.toThrow('time.run(Promise.all([a, b]))')
    await first
    await time.run(Promise.all([sleep(time, 10), sleep(time, 20)]))
    expect(time.now()).toBe(30)
  })
})

describe('beside fake timers', () => {
  afterEach(() => void vi.useRealTimers())

  it('still moves', async () => {
    vi.useFakeTimers()
    const time = virtualTime()
    await time.run(sleep(time, 10))
    expect(time.now()).toBe(10)
  })
})
