/**
 * Permits without a draw: what a call is given where nothing stands in its way.
 *
 * A shortcut that knows less than `acquire` lets calls through an open breaker, or past a ramp.
 */
import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker, type BreakerSettings } from './breaker.js'
import { type BreakerRule, memory, type Signal } from './breaker-rule.js'

const by = { who: 'ops', why: 'drill' }
const half = () => 0.5
const high = () => 1 - Number.EPSILON
const never = () => {
  throw new Error('nothing is drawn where the answer is certain')
}
const rate = { ...BREAKER, kind: 'time' } as const
const settings: BreakerSettings = { ...BREAKER, rule: { ...rate, slowRate: 0.5 }, lease: 800 }

/** What happened to a breaker, from 0 on. */
type Past = (breaker: Breaker) => void

const feeds =
  (signal: Signal, count: number, now = 0): Past =>
  (breaker) => {
    const permits = Array.from({ length: count }, () => breaker.acquire(now, high))
    for (const permit of permits) breaker.record(permit, signal, now, half)
  }
const opens = feeds('failure', 20)
const all =
  (...pasts: Past[]): Past =>
  (breaker) =>
    pasts.forEach((past) => past(breaker))
/** Opened at 0, closed by two probes at 500. */
const recovers = all(opens, feeds('success', 2, 500))
const rampEnd = 500 + BREAKER.ramp

describe('permits without a draw', () => {
  test.each<[string, Past, now: number, plain: boolean, timeless: boolean]>([
    ['new', () => {}, 0, true, true],
    ['after successes', feeds('success', 50), 0, true, true],
    ['with one failure in mind', feeds('failure', 1), 0, true, false],
    ['with one slow call in mind', feeds('slow', 1), 0, true, false],
    ['at the rate from which it sheds', all(feeds('success', 10), feeds('failure', 10)), 0, true, false],
    ['shedding', all(feeds('success', 10), feeds('failure', 12)), 0, false, false],
    ['when the failures have left the window', feeds('failure', 19), 10_000, true, false],
    ['open', opens, 0, false, false],
    ['open, its cooldown over', opens, 500, false, false],
    ['half-open', all(opens, (breaker) => void breaker.acquire(500, half)), 500, false, false],
    ['on its ramp', recovers, rampEnd - 1, false, false],
    ['at the end of its ramp, which who asks then ends', recovers, rampEnd, true, true],
    ['after its ramp', all(recovers, feeds('success', 1, rampEnd)), rampEnd, true, true],
    ['forced open', (breaker) => breaker.forceOpen({ ...by, until: 100 }), 0, false, false],
    [
      'forced open until now, without a failure in mind',
      (breaker) => (breaker.forceOpen({ ...by, until: 100 }), void breaker.override(100)),
      100,
      false,
      false,
    ],
    ['forced closed', (breaker) => breaker.forceClosed({ ...by, until: 100 }), 0, false, false],
  ])('%s', (_, past, now, plain, timeless) => {
    const breaker = new Breaker(settings)
    past(breaker)
    const permits = [breaker.plainPermit(now), breaker.timelessPermit()]
    expect(permits.map((permit) => permit !== 0)).toEqual([plain, timeless])
    for (const permit of permits) if (permit !== 0) expect(breaker.acquire(now, never), 'the same one').toBe(permit)
  })

  it('of a breaker that opens while nobody looks, there are none', () => {
    const breaker = new Breaker(settings)
    const permits = Array.from({ length: 20 }, () => breaker.timelessPermit())
    for (const permit of permits) breaker.record(permit, 'failure', 0, half)
    expect([breaker.state(0), breaker.plainPermit(0), breaker.timelessPermit()]).toEqual(['open', 0, 0])
  })
})

describe('memory of a breaker', () => {
  const rules: [BreakerRule, boolean][] = [
    [{ kind: 'consecutive', failures: 3 }, false],
    [{ ...rate, kind: 'count', size: 5 }, false],
    [rate, true],
  ]

  test.each(rules)('%o forgets by the clock: %s', (rule, keepsTime) => {
    expect(memory(rule).keepsTime).toBe(keepsTime)
    expect(new Breaker({ ...settings, rule }).keepsTime).toBe(keepsTime)
  })

  test.each(rules)('%o counts no success only where one more changes nothing', (rule) => {
    const remembering = memory(rule)
    const judged = (successes: number) => {
      remembering.clear()
      for (let n = 0; n < successes; n++) remembering.add('success', 0)
      for (let n = 0; n < BREAKER.minimumCalls; n++) remembering.add('failure', 0)
      return remembering.verdict(0)
    }
    // The last few outcomes hold as many failures whatever came before; the count of them does not.
    if (rule.kind !== 'count') expect(judged(0) === judged(30)).toBe(remembering.countsNoSuccess)
    expect(remembering.countsNoSuccess).toBe(rule.kind === 'consecutive')
    expect(new Breaker({ ...settings, rule }).countsNoSuccess).toBe(rule.kind === 'consecutive')
  })

  test.each(rules)(
    '%o: outcomes need the time as soon as something bad is remembered, or an operator spoke',
    (rule) => {
      const spoken = new Breaker({ ...settings, rule })
      spoken.forceClosed({ ...by, until: 100 })
      const marked = new Breaker({ ...settings, rule })
      marked.record(marked.acquire(0, half), 'failure', 0, half)
      expect([spoken.keepsTime, marked.keepsTime]).toEqual([true, true])
    },
  )

  it.each(rules)('%o is spotless until something bad came, and again after enough that is good', (rule) => {
    const bad: Signal[] = rule.kind === 'consecutive' ? ['failure'] : ['failure', 'slow']
    for (const signal of bad) {
      const seen = memory(rule)
      seen.add('success', 0)
      expect(seen.spotless).toBe(true)
      seen.add(signal, 0)
      expect(seen.spotless).toBe(false)
      for (let n = 0; n < 5; n++) seen.add('success', 20_000)
      expect(seen.spotless).toBe(true)
      seen.add(signal, 20_000)
      seen.clear()
      expect(seen.spotless).toBe(true)
    }
  })
})
