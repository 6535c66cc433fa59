import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker, type BreakerSettings, type Permit } from './breaker.js'
import type { RateRule, Signal } from './breaker-rule.js'

const { window, size, failureRate, openRate, minimumCalls, slowRate, cooldown, cooldownMax, probes, closeAfter } =
  BREAKER
const rule: RateRule = { kind: 'time', window, size, failureRate, openRate, minimumCalls, slowRate }
const settings: BreakerSettings = { rule, cooldown, cooldownMax, probes, closeAfter, ramp: BREAKER.ramp, lease: 800 }

const half = () => 0.5
const low = () => 0
const high = () => 1 - Number.EPSILON
const never = () => {
  throw new Error('nothing is drawn where the answer is certain')
}

/** Outcomes of attempts that start and end at one moment. Returns whether the last one changed the state. */
function feed(breaker: Breaker, signal: Signal, count: number, now = 0, random = low): boolean {
  let changed = false
  for (let n = 0; n < count; n++) changed = breaker.record(breaker.acquire(now, high), signal, now, random)
  return changed
}

/** A breaker that opened at 0 for 500 ms. */
function opened(changes: Partial<BreakerSettings> = {}): Breaker {
  const breaker = new Breaker({ ...settings, ...changes })
  feed(breaker, 'failure', 20, 0, half)
  return breaker
}

/** One that is half-open at 500 with so many probes out. */
function probing(count: number, changes: Partial<BreakerSettings> = {}): [Breaker, Permit[]] {
  const breaker = opened(changes)
  return [breaker, Array.from({ length: count }, () => breaker.acquire(500, half))]
}

describe('breaker', () => {
  it('opens at the 20th failure of 20 and refuses at once', () => {
    const breaker = new Breaker(settings)
    expect(feed(breaker, 'failure', 19)).toBe(false)
    expect(breaker.state(0)).toBe('closed')
    expect(feed(breaker, 'failure', 1)).toBe(true)
    expect(breaker.state(0)).toBe('open')
    expect(breaker.acquire(0, low)).toBe(0)
    expect(breaker.wouldAllow(0)).toBe(false)
  })

  test.each<[string, () => number, number]>([
    ['25 % less', low, 375],
    ['as said', half, 500],
    ['25 % more', high, 625],
  ])('stays open for its cooldown, %s', (_, random, ms) => {
    const breaker = new Breaker(settings)
    feed(breaker, 'failure', 20, 0, random)
    expect(breaker.retryAt(0)).toBeCloseTo(ms)
    expect([breaker.wouldAllow(ms - 1), breaker.wouldAllow(ms + 1)]).toEqual([false, true])
    expect([breaker.state(ms - 1), breaker.state(ms + 1)]).toEqual(['open', 'half-open'])
  })

  it('is half-open from the very moment its cooldown ends', () => {
    expect([opened().state(500), opened().wouldAllow(500), opened().acquire(500, half) !== 0]).toEqual([
      'half-open',
      true,
      true,
    ])
  })

  it('wants a probe from the end of its cooldown on, until one is out, and again once it came back without a word', () => {
    const breaker = new Breaker(settings)
    expect(breaker.wantsProbe(0), 'closed').toBe(false)
    feed(breaker, 'failure', 20, 0, half)
    expect([breaker.wantsProbe(499), breaker.wantsProbe(500)]).toEqual([false, true])
    const probe = breaker.acquire(500, half)
    expect(breaker.wantsProbe(500)).toBe(false)
    breaker.release(probe)
    expect(breaker.wantsProbe(500)).toBe(true)
    breaker.acquire(500, half, 100)
    expect([breaker.wantsProbe(599), breaker.wantsProbe(600)], 'one that never came back').toEqual([false, true])
    breaker.record(breaker.acquire(600, half), 'success', 610, half)
    expect(breaker.wantsProbe(10_000), 'one has told something').toBe(false)
  })

  it('sheds the share (f − 0.5) ÷ 0.5 of calls between the zones', () => {
    const breaker = new Breaker(settings)
    feed(breaker, 'success', 10)
    const flying = Array.from({ length: 30 }, () => breaker.acquire(0, half))
    for (const permit of flying) breaker.record(permit, 'failure', 0, half)
    expect(breaker.state(0)).toBe('shedding')
    expect(breaker.acquire(0, () => 0.4999)).toBe(0)
    expect(breaker.acquire(0, () => 0.5001)).not.toBe(0)
    expect(breaker.wouldAllow(0), 'whom it sheds is drawn when the attempt starts').toBe(true)
  })

  // Refusing everybody while closed, it would have waited for an outcome that nobody could bring.
  test.each<[string, 'count' | 'time']>([
    ['the twentieth outcome, though a success', 'count'],
    ['the twentieth outcome, though a success', 'time'],
  ])('opens on %s (%s), so that it can close again', (_, kind) => {
    const breaker = new Breaker({ ...settings, rule: { ...rule, kind } })
    feed(breaker, 'failure', 19)
    expect(feed(breaker, 'success', 1)).toBe(true)
    expect([breaker.state(0), breaker.state(500)]).toEqual(['open', 'half-open'])
  })

  it('opens, not blocks, when successes that outweighed the failures leave the window', () => {
    const breaker = new Breaker(settings)
    feed(breaker, 'success', 100, 0)
    feed(breaker, 'failure', 20, 9_000)
    expect(breaker.wouldAllow(11_000)).toBe(true)
    expect(breaker.acquire(11_000, half)).toBe(0)
    expect(breaker.state(11_000)).toBe('open')
    expect(breaker.acquire(11_500, half)).not.toBe(0)
  })

  // A 60 s Retry-After asked "would you allow it then?": the look ahead emptied the window.
  it('remembers its failures when asked about the end of a long wait', () => {
    const breaker = new Breaker(settings)
    feed(breaker, 'failure', 19)
    expect(breaker.wouldAllow(60_000)).toBe(true)
    expect(breaker.state(60_000)).toBe('closed')
    expect(feed(breaker, 'failure', 1)).toBe(true)
  })

  describe('half-open', () => {
    it('lets 3 probes through in all, refuses everybody else at once, and 2 successes close it', () => {
      const [breaker, [first, second, third]] = probing(3)
      expect([breaker.acquire(500, half), breaker.wouldAllow(500)]).toEqual([0, false])
      expect([first, second, third].map((permit) => breaker.isProbe(permit as Permit))).toEqual([true, true, true])
      expect(breaker.record(first as Permit, 'success', 510, half)).toBe(false)
      expect(breaker.acquire(510, half), 'an answered probe makes no room for a fourth').toBe(0)
      expect(breaker.record(second as Permit, 'success', 520, half)).toBe(true)
      expect(breaker.state(520)).toBe('closed')
      expect(breaker.isProbe(third as Permit)).toBe(false)
    })

    test.each<[Signal]>([['failure'], ['slow']])('2 probes of 3 that end in %s open it again', (signal) => {
      const [breaker, [first, second, third]] = probing(3)
      breaker.record(first as Permit, 'success', 500, half)
      expect(breaker.record(second as Permit, signal, 500, half)).toBe(false)
      expect(breaker.record(third as Permit, signal, 500, half)).toBe(true)
      expect([breaker.state(500), breaker.retryAt(500)]).toEqual(['open', 1_500])
    })

    it('doubles its cooldown up to 2 s while probes fail, and forgets that when it closes', () => {
      const breaker = opened()
      const cooldowns = []
      let now = 500
      for (let round = 0; round < 4; round++) {
        feed(breaker, 'failure', 2, now, half)
        cooldowns.push(breaker.retryAt(now) - now)
        now = breaker.retryAt(now)
      }
      expect(cooldowns).toEqual([1_000, 2_000, 2_000, 2_000])
      feed(breaker, 'success', 2, now)
      now += BREAKER.ramp
      feed(breaker, 'failure', 20, now, half)
      expect(breaker.retryAt(now) - now).toBe(500)
    })

    // opossum without a timeout stays half-open for ever; cockatiel parks every caller behind the probe.
    it('gives the place of a probe that never answers to another; what it answers later is nobody’s', () => {
      const [breaker, lost] = probing(3)
      expect([breaker.retryAt(600), breaker.wouldAllow(1_299), breaker.wouldAllow(1_300)]).toEqual([1_300, false, true])
      const replaced = [1, 2, 3].map(() => breaker.acquire(1_300, half))
      expect(replaced).not.toContain(0)
      for (const permit of lost) expect(breaker.record(permit, 'success', 1_400, half)).toBe(false)
      expect(breaker.state(1_400)).toBe('half-open')
      breaker.record(replaced[0] as Permit, 'success', 1_500, half)
      expect(breaker.record(replaced[1] as Permit, 'success', 1_500, half)).toBe(true)
    })

    it('takes back the place of a probe that ended without a word', () => {
      const [breaker, [first]] = probing(3)
      breaker.release(first as Permit)
      expect([breaker.wouldAllow(500), breaker.retryAt(500)]).toEqual([true, 500])
      expect(breaker.acquire(500, half)).not.toBe(0)
      expect(breaker.acquire(500, half)).toBe(0)
    })

    it('knows no probe 0', () => {
      const [breaker] = probing(1)
      expect(breaker.isProbe(0)).toBe(false)
      expect([0, 0, 0].map((permit) => breaker.record(permit, 'success', 500, half))).toEqual([false, false, false])
    })
  })

  // A fault of the field: an answer to an attempt from before the outage closes or reopens the half-open circuit.
  test.each<[Signal]>([['success'], ['failure'], ['slow']])(
    'a late %s from before the outage changes nothing',
    (signal) => {
      const breaker = new Breaker(settings)
      const early = Array.from({ length: 30 }, () => breaker.acquire(0, half))
      feed(breaker, 'failure', 20, 0, half)
      const late = () => early.splice(0, 10).map((permit) => breaker.record(permit, signal, 500, half))
      expect(late()).not.toContain(true)
      expect(breaker.state(499)).toBe('open')
      breaker.acquire(500, half)
      expect(late()).not.toContain(true)
      expect(breaker.state(500)).toBe('half-open')
      feed(breaker, 'success', 2, 500)
      expect(late()).not.toContain(true)
      breaker.release(early[0] ?? 1)
      expect(breaker.state(500)).toBe('closed')
    },
  )

  test.each<[number, number]>([
    [0, 0.1],
    [100, 0.1],
    [250, 0.25],
    [999, 0.999],
  ])('%d ms after closing it lets the share %d through', (ms, share) => {
    const [breaker, [first, second]] = probing(2)
    for (const permit of [first, second]) breaker.record(permit as Permit, 'success', 500, half)
    expect(breaker.acquire(500 + ms, () => share - 1e-9)).not.toBe(0)
    expect(breaker.acquire(500 + ms, () => share)).toBe(0)
    expect(breaker.retryAt(500 + ms), 'the end of the ramp').toBe(500 + BREAKER.ramp)
    expect(breaker.retryAt(500 + BREAKER.ramp), 'shedding has no end that is known').toBe(Infinity)
    expect(breaker.acquire(500 + BREAKER.ramp, high)).not.toBe(0)
  })

  it('without a ramp lets everybody through from the moment it closes', () => {
    const [breaker, [first, second]] = probing(2, { ramp: 0 })
    for (const permit of [first, second]) breaker.record(permit as Permit, 'success', 500, half)
    expect(breaker.acquire(500, high)).not.toBe(0)
  })

  // One draw more where nothing is decided, and a replay from the same seed takes another way.
  it('draws nothing where the answer is certain', () => {
    expect(new Breaker(settings).acquire(0, never)).not.toBe(0)
    const [breaker, [first, second]] = probing(2)
    for (const permit of [first, second]) breaker.record(permit as Permit, 'success', 500, half)
    expect(breaker.acquire(500 + BREAKER.ramp, never)).not.toBe(0)
  })

  it('opens on slow calls, where they are told apart', () => {
    const breaker = new Breaker({ ...settings, rule: { ...rule, slowRate: 0.5 } })
    feed(breaker, 'success', 10)
    expect(feed(breaker, 'slow', 9)).toBe(false)
    expect(feed(breaker, 'slow', 1)).toBe(true)
  })

  it('one bad minute an hour ago counts for nothing', () => {
    const breaker = new Breaker(settings)
    feed(breaker, 'failure', 19)
    expect(feed(breaker, 'failure', 19, 3_600_000)).toBe(false)
    expect(breaker.state(3_600_000)).toBe('closed')
  })

  it('opens after consecutive failures, shedding nothing before', () => {
    const breaker = new Breaker({ ...settings, rule: { kind: 'consecutive', failures: BREAKER.failures } })
    feed(breaker, 'failure', 4)
    expect([breaker.state(0), breaker.acquire(0, low) !== 0]).toEqual(['closed', true])
    expect(feed(breaker, 'failure', 1)).toBe(true)
  })
})
