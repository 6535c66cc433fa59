/**
 * An operator's word against the breaker's own: until its expiry, or until it is restored.
 */
import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import type { Signal } from './breaker-rule.js'

const by = { who: 'ops', why: 'drill' }
const half = () => 0.5
const low = () => 0
const high = () => 1 - Number.EPSILON
const settings = { ...BREAKER, rule: { ...BREAKER, kind: 'time' as const }, lease: 800 }

/** Outcomes of attempts that start and end at one moment. */
function feed(breaker: Breaker, signal: Signal, count: number, now = 0): void {
  for (let n = 0; n < count; n++) breaker.record(breaker.acquire(now, high), signal, now, half)
}

/** A breaker that opened at 0 for 500 ms. */
function opened(): Breaker {
  const breaker = new Breaker(settings)
  feed(breaker, 'failure', 20)
  return breaker
}

describe('breaker, by an operator’s word', () => {
  test.each<['forceOpen' | 'isolate']>([['forceOpen'], ['isolate']])(
    '%s: refuses until its expiry, then probes decide',
    (act) => {
      const breaker = new Breaker(settings)
      breaker[act]({ ...by, until: 1_000 })
      expect([breaker.state(999), breaker.acquire(999, low), breaker.retryAt(0)]).toEqual(['open', 0, 1_000])
      expect([breaker.wouldAllow(999), breaker.wouldAllow(1_000)]).toEqual([false, true])
      expect([breaker.wantsProbe(999), breaker.wantsProbe(1_000)]).toEqual([false, true])
      expect([breaker.state(1_000), breaker.retryAt(1_000)]).toEqual(['half-open', 1_000])
      const permits = [1, 2, 3, 4].map(() => breaker.acquire(1_000, half))
      expect(permits.map((permit) => permit !== 0)).toEqual([true, true, true, false])
      expect(breaker.override(1_000)).toBeUndefined()
    },
  )

  it.each(['open', 'closed'] as const)('after an override on a breaker that was %s probes decide, at once', (was) => {
    const breaker = was === 'open' ? opened() : new Breaker(settings)
    breaker.forceOpen({ ...by, until: 100 })
    expect([breaker.wouldAllow(99), breaker.wouldAllow(100), breaker.acquire(100, half) !== 0]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('isolate without an expiry lasts until restore()', () => {
    const breaker = new Breaker(settings)
    breaker.isolate(by)
    expect(breaker.override(1e12)).toEqual({ kind: 'isolate', until: Number.POSITIVE_INFINITY, ...by })
    expect(breaker.acquire(1e12, low)).toBe(0)
    breaker.restore()
    breaker.restore()
    expect(breaker.state(1e12)).toBe('half-open')
  })

  it('forceClosed: opens the way at once; failures are counted, and speak when it expires', () => {
    const breaker = opened()
    breaker.forceClosed({ ...by, until: 1_000 })
    expect([breaker.state(1), breaker.wouldAllow(1), breaker.retryAt(1)]).toEqual(['closed', true, 1])
    expect(breaker.wantsProbe(500), 'nobody is kept out').toBe(false)
    feed(breaker, 'failure', 30, 900)
    expect([breaker.state(999), breaker.acquire(999, high) !== 0, breaker.retryAt(999)]).toEqual(['closed', true, 999])
    expect([breaker.state(1_000), breaker.retryAt(1_000), breaker.acquire(1_000, high)]).toEqual(['open', 1_400, 0])
  })

  it('restore() of forceClosed leaves a closed breaker closed', () => {
    const breaker = opened()
    breaker.forceClosed({ ...by, until: 1_000 })
    breaker.restore()
    expect([breaker.state(1), breaker.acquire(1, high) !== 0]).toEqual(['closed', true])
  })

  it('forceOpen while probes are out: what they answer is nobody’s, and their places are free for others', () => {
    const breaker = opened()
    const probes = [1, 2, 3].map(() => breaker.acquire(500, half))
    breaker.forceOpen({ ...by, until: 510 })
    expect(breaker.override(510)).toBeUndefined()
    expect(probes.map((permit) => breaker.isProbe(permit))).toEqual([false, false, false])
    const others = [1, 2, 3].map(() => breaker.acquire(510, half))
    expect(others).not.toContain(0)
    for (const permit of probes) expect(breaker.record(permit, 'success', 520, half)).toBe(false)
    expect(breaker.state(520)).toBe('half-open')
  })

  it('gives no permit twice, however many overrides follow each other without a call', () => {
    const breaker = opened()
    const given = [1, 2, 3].map(() => breaker.acquire(500, half))
    for (const until of [510, 520, 530]) {
      breaker.forceOpen({ ...by, until })
      breaker.override(until)
    }
    const later = [1, 2, 3].map(() => breaker.acquire(530, half))
    expect(new Set([...given, ...later]).size).toBe(6)
  })

  it('forceOpen on a breaker that had recovered: its cooldown starts anew', () => {
    const breaker = opened()
    feed(breaker, 'failure', 2, 500)
    expect(breaker.retryAt(500), 'doubled once').toBe(1_500)
    feed(breaker, 'success', 2, 1_500)
    breaker.forceOpen({ ...by, until: 5_000 })
    feed(breaker, 'failure', 2, 5_000)
    expect(breaker.retryAt(5_000), 'doubled once').toBe(6_000)
  })

  it('an answer of before the override does not end up in what comes after', () => {
    const breaker = new Breaker(settings)
    const early = Array.from({ length: 20 }, () => breaker.acquire(0, half))
    breaker.forceOpen({ ...by, until: 1_000 })
    for (const permit of early) expect(breaker.record(permit, 'failure', 1_001, half)).toBe(false)
    expect(breaker.state(1_001)).toBe('half-open')
  })
})
