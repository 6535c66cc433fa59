/**
 * The breaker against a slow model: lists of outcomes, permits as objects, every rule of its states
 * written out once more without a thought for cost. Permits end late, out of order, or never.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Breaker, type BreakerSettings, type BreakerState, type Permit } from './breaker.js'
import type { BreakerRule, Signal } from './breaker-rule.js'

interface Pass {
  readonly era: number
  /** Until when a probe's place is its own. */
  readonly until: number
}

const NEVER = Number.POSITIVE_INFINITY

type Kind = 'force-open' | 'force-closed' | 'isolate'

class Model {
  era = 0
  phase: 'closed' | 'open' | 'half-open' = 'closed'
  outcomes: { at: number; signal: Signal }[] = []
  openUntil = 0
  cooldown: number
  closedAt = Number.NEGATIVE_INFINITY
  outstanding: Pass[] = []
  answers: Signal[] = []
  override: { kind: Kind; until: number } | undefined

  constructor(readonly settings: BreakerSettings) {
    this.cooldown = settings.cooldown
  }

  verdict(at: number): number {
    const { rule } = this.settings
    if (rule.kind === 'consecutive') {
      const last = this.outcomes.slice(-rule.failures)
      return last.length === rule.failures && last.every(({ signal }) => signal === 'failure') ? 1 : 0
    }
    const bucket = (time: number) => Math.floor((time * 10) / rule.window)
    const remembered =
      rule.kind === 'count'
        ? this.outcomes.slice(-rule.size)
        : this.outcomes.filter((outcome) => bucket(outcome.at) > bucket(at) - 10)
    const share = (signal: Signal) =>
      remembered.filter((outcome) => outcome.signal === signal).length / remembered.length
    if (remembered.length < rule.minimumCalls) return 0
    if (share('failure') >= rule.openRate || (share('slow') > 0 && share('slow') >= rule.slowRate)) return 1
    return Math.max(0, (share('failure') - rule.failureRate) / (1 - rule.failureRate))
  }

  enter(phase: Model['phase']): void {
    this.phase = phase
    this.era++
    this.outstanding = []
    this.answers = []
  }

  open(now: number, cooldown: number, u: number): void {
    this.enter('open')
    this.cooldown = cooldown
    this.openUntil = now + cooldown * (0.75 + 0.5 * u)
  }

  close(closedAt: number): void {
    this.enter('closed')
    this.outcomes = []
    this.cooldown = this.settings.cooldown
    this.closedAt = closedAt
  }

  endOverride(): void {
    const ended = this.override
    this.override = undefined
    if (!ended || ended.kind === 'force-closed') return
    this.enter('open')
    this.openUntil = Number.NEGATIVE_INFINITY
  }

  expire(now: number): void {
    if (this.override && now >= this.override.until) this.endOverride()
  }

  places(at: number): number {
    return this.settings.probes - this.answers.length - this.outstanding.filter(({ until }) => until > at).length
  }

  acquire(now: number, u: number): Pass | undefined {
    if (this.override) return this.override.kind === 'force-closed' ? { era: this.era, until: NEVER } : undefined
    if (this.phase === 'closed') {
      const shed = this.verdict(now)
      if (shed >= 1) this.open(now, this.settings.cooldown, u)
      const age = now - this.closedAt
      const share = age >= this.settings.ramp ? 1 : Math.max(0.1, age / this.settings.ramp)
      return u < shed || u >= share ? undefined : { era: this.era, until: NEVER }
    }
    if (this.phase === 'open' && now >= this.openUntil) this.enter('half-open')
    if (this.phase === 'open' || this.places(now) <= 0) return undefined
    const probe = { era: this.era, until: now + this.settings.lease }
    if (this.answers.length + this.outstanding.length === this.settings.probes) {
      this.outstanding = this.outstanding.toSorted((a, b) => a.until - b.until).slice(1)
    }
    this.outstanding.push(probe)
    return probe
  }

  record(pass: Pass, signal: Signal, now: number, u: number): boolean {
    if (pass.era !== this.era) return false
    if (this.phase === 'closed') {
      this.outcomes.push({ at: now, signal })
      if (this.verdict(now) < 1) return false
      this.open(now, this.settings.cooldown, u)
      return true
    }
    if (!this.outstanding.includes(pass)) return false
    this.release(pass)
    this.answers.push(signal)
    const good = this.answers.filter((answer) => answer === 'success').length
    const { probes, closeAfter, cooldownMax } = this.settings
    if (good >= closeAfter) this.close(now)
    else if (this.answers.length - good > probes - closeAfter)
      this.open(now, Math.min(cooldownMax, 2 * this.cooldown), u)
    else return false
    return true
  }

  release(pass: Pass): void {
    this.outstanding = this.outstanding.filter((other) => other !== pass)
  }

  state(now: number): BreakerState {
    if (this.override) return this.override.kind === 'force-closed' ? 'closed' : 'open'
    if (this.phase === 'closed') return this.verdict(now) > 0 ? 'shedding' : 'closed'
    return this.phase === 'open' && now < this.openUntil ? 'open' : 'half-open'
  }

  wouldAllow(at: number): boolean {
    if (this.override && at < this.override.until) return this.override.kind === 'force-closed'
    if (this.override && this.override.kind !== 'force-closed') return true
    if (this.phase === 'closed') return true
    return this.phase === 'open' ? at >= this.openUntil : this.places(at) > 0
  }

  retryAt(now: number): number {
    if (this.override) return this.override.kind === 'force-closed' ? now : this.override.until
    if (this.phase === 'closed') {
      const rampEnds = this.closedAt + this.settings.ramp
      return now < rampEnds ? rampEnds : Number.POSITIVE_INFINITY
    }
    if (this.wouldAllow(now)) return now
    return this.phase === 'open' ? this.openUntil : Math.min(...this.outstanding.map(({ until }) => until))
  }
}

const rate = {
  size: fc.integer({ min: 1, max: 10 }),
  window: fc.constantFrom(500, 1_000),
  failureRate: fc.constantFrom(0.2, 0.5, 0.6),
  openRate: fc.constantFrom(0.6, 0.8, 1),
  minimumCalls: fc.integer({ min: 1, max: 6 }),
  slowRate: fc.constantFrom(0.4, 1),
}
const rules: fc.Arbitrary<BreakerRule> = fc.oneof(
  fc.record({ kind: fc.constant('consecutive' as const), failures: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constantFrom('count' as const, 'time' as const), ...rate }),
)
const settings: fc.Arbitrary<BreakerSettings> = fc
  .record({
    rule: rules,
    probes: fc.integer({ min: 1, max: 4 }),
    fewer: fc.nat(3),
    ramp: fc.constantFrom(0, 200, 1_000),
  })
  .map(({ rule, probes, fewer, ramp }) => {
    return { rule, cooldown: 100, cooldownMax: 400, probes, closeAfter: Math.max(1, probes - fewer), ramp, lease: 300 }
  })

const step = fc.record({
  act: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom('acquire', 'acquire', 'acquire', 'record', 'record', 'release') },
    { weight: 1, arbitrary: fc.constantFrom('force-open', 'force-closed', 'isolate', 'isolate for ever', 'restore') },
  ),
  pause: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 1_500 }) },
  ),
  /** Dyadic: thresholds are then exact in the breaker's arithmetic and in the model's. */
  u: fc.nat(31).map((n) => n / 32),
  signal: fc.constantFrom<Signal>('success', 'success', 'failure', 'failure', 'slow'),
  which: fc.nat(),
  ahead: fc.nat(2_000),
  asks: fc.boolean(),
})

const by = { who: 'ops', why: 'drill' }

describe('breaker, against a model', () => {
  it('decides as the model does; questions change nothing; permits of an earlier era change nothing', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { minLength: 20, maxLength: 150, size: 'max' }), (setting, steps) => {
        const breaker = new Breaker(setting)
        const unasked = new Breaker(setting)
        const model = new Model(setting)
        const flying: { permit: Permit; pass: Pass }[] = []
        let now = 0
        for (const { act, pause, u, signal, which, ahead, asks } of steps) {
          now += pause
          const random = () => u
          model.expire(now)
          if (asks) {
            expect(breaker.state(now)).toBe(model.state(now))
            expect(breaker.wouldAllow(now + ahead)).toBe(model.wouldAllow(now + ahead))
            expect(breaker.wouldAllow(now)).toBe(model.wouldAllow(now))
            expect(breaker.retryAt(now)).toBe(model.retryAt(now))
            expect(breaker.override(now)?.kind).toBe(model.override?.kind)
            for (const { permit, pass } of flying) {
              expect(breaker.isProbe(permit)).toBe(model.outstanding.includes(pass))
            }
          }
          if (act === 'acquire') {
            const sure = { allowed: model.wouldAllow(now), halfOpen: model.state(now) === 'half-open' }
            const permit = breaker.acquire(now, random)
            const pass = model.acquire(now, u)
            expect(permit !== 0).toBe(pass !== undefined)
            expect(unasked.acquire(now, random)).toBe(permit)
            if (pass) flying.push({ permit, pass })
            if (!sure.allowed) expect(permit).toBe(0)
            else if (sure.halfOpen) expect(permit).not.toBe(0)
          } else if (act === 'record' || act === 'release') {
            const [ended] = flying.splice(which % (flying.length || 1), 1)
            if (ended && act === 'record') {
              const changed = model.record(ended.pass, signal, now, u)
              expect(breaker.record(ended.permit, signal, now, random)).toBe(changed)
              expect(unasked.record(ended.permit, signal, now, random)).toBe(changed)
            } else if (ended) {
              model.release(ended.pass)
              for (const each of [breaker, unasked]) each.release(ended.permit)
            }
          } else {
            operate(act, now + ahead)
          }
        }

        function operate(act: string, until: number): void {
          for (const each of [breaker, unasked]) {
            each.override(now)
            if (act === 'force-open') each.forceOpen({ ...by, until })
            else if (act === 'force-closed') each.forceClosed({ ...by, until })
            else if (act === 'isolate') each.isolate({ ...by, until })
            else if (act === 'restore') each.restore()
            else each.isolate(by)
          }
          if (act === 'restore') model.endOverride()
          else if (act === 'isolate for ever') model.override = { kind: 'isolate', until: NEVER }
          else {
            if (act === 'force-closed') model.close(Number.NEGATIVE_INFINITY)
            model.override = { kind: act as Kind, until }
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
