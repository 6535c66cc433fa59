/**
 * Breaker: fail fast on a dead dependency, and come back without a herd.
 *
 * The mistakes of the field that this state machine rules out: an answer from before the outage
 * closes or reopens a half-open circuit (every permit carries the era it was given in); a hung
 * probe blocks everybody for ever (probes are leased); a thousand callers wait for the probe and
 * start together (beyond the probes, callers are refused, never parked, and closing is a ramp); one
 * bad minute an hour ago still counts (windows expire by the clock).
 *
 * Everything is lazy: nothing happens without a call, and nothing needs to.
 *
 * @module
 */
import { type BreakerRule, type Memory, memory, type Signal } from './breaker-rule.js'
import { Leases } from './leases.js'
import type { Random } from './random.js'
import { DETECTOR, steppedBack } from './detector.js'

/** When it opens, for how long, and how it closes. Times in ms. */
export interface BreakerSettings {
  readonly rule: BreakerRule
  /** First open time, ms, spread by ± 25 %. */
  readonly cooldown: number
  /** Open time doubles up to this while probes fail, ms. */
  readonly cooldownMax: number
  /** Attempts let through while half-open. */
  readonly probes: number
  /** So many of them must succeed. */
  readonly closeAfter: number
  /** After closing, the share let through grows to all over so many ms. */
  readonly ramp: number
  /** A probe whose attempt has no time of its own gives its place to another after so many ms. */
  readonly lease: number
}

/**
 * Times in ms. Chosen by simulation: long cooldowns and ramps cost more than the outage. Of a dependency that is down
 * for a short time, a cooldown of 30 s loses 28 points of success.
 */
export const BREAKER = Object.freeze({
  window: 10_000,
  size: 100,
  failureRate: 0.5,
  openRate: 0.8,
  minimumCalls: 20,
  slowRate: 1,
  cooldown: 500,
  cooldownMax: 2_000,
  cooldownSpread: 0.25,
  probes: 3,
  closeAfter: 2,
  ramp: 1_000,
  /** Where an attempt has no timeout of its own. */
  lease: 10_000,
  /** The ramp starts here: at 0 nobody would ever be the first. */
  rampStart: 0.1,
  failures: 5,
})

/** `shedding`: a share of the calls is refused. `half-open`: probes alone are let through. */
export type BreakerState = 'closed' | 'shedding' | 'open' | 'half-open'

/** An operator's word against the breaker's own: who, why, and until when (ms on the breaker's clock). */
export interface Override {
  readonly kind: 'force-open' | 'force-closed' | 'isolate'
  readonly who: string
  readonly why: string
  readonly until: number
}

/** Era in which an attempt was let through; 0: refused. */
export type Permit = number
const REFUSED: Permit = 0

/** The state machine of one breaker. */
export class Breaker {
  #settings: BreakerSettings
  #memory: Memory
  readonly #leases: Leases
  /** Serial of permits: raised by every change of state and by every probe, so that none is mistaken. */
  #serial = 1
  #era: Permit = 1
  #state: 'closed' | 'open' | 'half-open' = 'closed'
  #openUntil = 0
  #cooldown: number
  #rampFrom = Number.NEGATIVE_INFINITY
  #probesOk = 0
  #probesFailed = 0
  #override: Override | undefined
  /** Closed, with no override and no ramp; kept, for every call asks. Where it is false `plainPermit` looks again. */
  #rests = true

  constructor(settings: BreakerSettings) {
    this.#settings = settings
    this.#memory = memory(settings.rule)
    this.#leases = new Leases(settings.probes)
    this.#cooldown = settings.cooldown
  }

  /** The state as seen now, without changing it. */
  state(now: number): BreakerState {
    const override = this.#overrideAt(now)
    if (override) return override.kind === 'force-closed' ? 'closed' : 'open'
    if (this.#lapsed()) return 'half-open'
    if (this.#state !== 'closed') return this.#state === 'open' && now >= this.#openUntil ? 'half-open' : this.#state
    return this.#memory.verdict(now) > 0 ? 'shedding' : 'closed'
  }

  /**
   * Lets an attempt through and says in which era, or refuses with 0. Taken when the attempt starts.
   *
   * @param given the attempt's time, ms: so long a probe keeps its place
   */
  acquire(now: number, random: Random, given = Number.POSITIVE_INFINITY): Permit {
    if (this.#override) {
      const override = this.override(now)
      if (override) return override.kind === 'force-closed' ? this.#era : REFUSED
    }
    if (this.#state === 'closed') return this.#admitClosed(now, random)
    if (this.#state === 'open') {
      if (now < this.#openUntil) return REFUSED
      this.#toHalfOpen()
    }
    const probe = this.#serial + 1
    if (!this.#leases.take(probe, now, given === Number.POSITIVE_INFINITY ? this.#settings.lease : given))
      return REFUSED
    this.#serial = probe
    return probe
  }

  /** Does an outcome have to say when it came? */
  get keepsTime(): boolean {
    // Where something bad is remembered, even a success may complete the number needed for a judgement.
    return this.#memory.keepsTime || !this.#memory.spotless || this.#override !== undefined
  }

  /** A permit where nothing depends on the time: closed, no override, no ramp, nothing bad remembered; else 0. */
  timelessPermit(): Permit {
    return this.#rests && this.#memory.spotless ? this.#era : REFUSED
  }

  /** A permit where nobody is refused and nothing is drawn: closed, neither shedding nor ramping; else 0. */
  plainPermit(now: number): Permit {
    if (!this.#rests && !this.#comesToRest(now)) return REFUSED
    return this.#memory.spotless || this.#memory.verdict(now) === 0 ? this.#era : REFUSED
  }

  /**
   * Would an attempt that starts at `at` be let through, as far as can be known? Changes nothing.
   * While closed, yes: whom it sheds is drawn by `acquire`.
   */
  wouldAllow(at: number): boolean {
    const override = this.#overrideAt(at)
    if (override) return override.kind === 'force-closed'
    if (this.#lapsed() || this.#state === 'closed') return true
    if (this.#state === 'open') return at >= this.#openUntil
    return this.#leases.free(at)
  }

  /**
   * Is it time to find out whether the dependency is back, and has no probe gone out yet, or each come back without a
   * word or not at all? An attempt that starts now would be the first.
   */
  wantsProbe(now: number): boolean {
    if (this.#overrideAt(now)) return false
    if (this.#lapsed()) return true
    return this.#state === 'open' ? now >= this.#openUntil : this.#state === 'half-open' && this.#leases.unused(now)
  }

  /** When a refused caller may try again, as far as can be known now. */
  retryAt(now: number): number {
    const override = this.#overrideAt(now)
    if (override) return override.kind === 'force-closed' ? now : override.until
    if (this.#lapsed()) return now
    if (this.#state === 'open') return Math.max(now, this.#openUntil)
    if (this.#state === 'half-open') return Math.max(now, this.#leases.nextFree())
    // Closed: whoever was refused met the ramp, whose end is known, or shedding, whose end is not.
    return now - this.#rampFrom < this.#settings.ramp ? this.#rampFrom + this.#settings.ramp : Number.POSITIVE_INFINITY
  }

  /** Is the attempt one of the half-open state's probes? */
  isProbe(permit: Permit): boolean {
    return this.#state === 'half-open' && this.#leases.holds(permit)
  }

  /**
   * An attempt ended with a signal about the dependency. One of another era changes nothing.
   *
   * @returns whether the state changed
   */
  record(permit: Permit, signal: Signal, now: number, random: Random): boolean {
    // An override that ran out ended its era, even if nobody called since.
    if (this.#override) this.override(now)
    if (this.#state === 'half-open') return this.#recordProbe(permit, signal, now, random)
    if (this.#state !== 'closed' || permit !== this.#era) return false
    this.#memory.add(signal, now)
    // Most of the time nothing bad is remembered, and there is nothing to judge.
    if (this.#memory.spotless || this.#memory.verdict(now) < 1) return false
    this.#toOpen(now, random, this.#settings.cooldown)
    return true
  }

  /** Does a success change nothing while `timelessPermit` gives the permit that it was made with? */
  get countsNoSuccess(): boolean {
    return this.#memory.countsNoSuccess
  }

  /** An attempt ended without a word about the dependency (aborted, cut short, our own error). */
  release(permit: Permit): void {
    if (this.#state === 'half-open') this.#leases.give(permit)
  }

  /** The dependency guards itself: from now on this only finds out whether it is dead. What it held against it is forgotten. */
  stepBack(): void {
    const { cooldown, cooldownMax, closeAfter, ramp } = DETECTOR
    const rule = steppedBack(this.#settings.rule)
    this.#settings = { ...this.#settings, rule, cooldown, cooldownMax, closeAfter, ramp }
    this.#memory = memory(rule)
  }

  /** The operator's override in force, if any. */
  override(now: number): Override | undefined {
    if (this.#override && now >= this.#override.until) this.#lift()
    return this.#override
  }

  /** Opens for everybody until `until`; then probes decide. */
  forceOpen(by: { who: string; why: string; until: number }): void {
    this.#override = { kind: 'force-open', ...by }
    this.#rests = false
  }

  /** Lets everything through until `until`; outcomes are still counted. */
  forceClosed(by: { who: string; why: string; until: number }): void {
    this.#close(Number.NEGATIVE_INFINITY)
    this.#override = { kind: 'force-closed', ...by }
    this.#rests = false
  }

  /** Takes the dependency out of use until `restore()` (or `until`, where given); then probes decide. */
  isolate(by: { who: string; why: string; until?: number }): void {
    this.#override = { kind: 'isolate', until: Number.POSITIVE_INFINITY, ...by }
    this.#rests = false
  }

  /** Ends an override before its time. */
  restore(): void {
    if (this.#override) this.#lift()
  }

  #overrideAt(at: number): Override | undefined {
    return this.#override && at < this.#override.until ? this.#override : undefined
  }

  /** Has an override that closed the way run out, with no call since? Then probes decide. */
  #lapsed(): boolean {
    return this.#override !== undefined && this.#override.kind !== 'force-closed'
  }

  #lift(): void {
    const { kind } = this.#override as Override
    this.#override = undefined
    if (kind !== 'force-closed') {
      this.#state = 'open'
      this.#openUntil = Number.NEGATIVE_INFINITY
      this.#era = ++this.#serial
    }
  }

  #admitClosed(now: number, random: Random): Permit {
    const shed = this.#memory.verdict(now)
    if (shed >= 1) {
      // Old successes left the window: nobody would be let through and no outcome could open it.
      this.#toOpen(now, random, this.#settings.cooldown)
      return REFUSED
    }
    if (shed > 0 && random() < shed) return REFUSED
    const ramped = now - this.#rampFrom
    if (ramped >= this.#settings.ramp) {
      this.#rampFrom = Number.NEGATIVE_INFINITY
      return this.#era
    }
    return random() < Math.max(BREAKER.rampStart, ramped / this.#settings.ramp) ? this.#era : REFUSED
  }

  #recordProbe(permit: Permit, signal: Signal, now: number, random: Random): boolean {
    if (!this.#leases.keep(permit)) return false
    if (signal === 'success') this.#probesOk++
    else this.#probesFailed++
    if (this.#probesOk >= this.#settings.closeAfter) this.#close(now)
    else if (this.#probesFailed > this.#settings.probes - this.#settings.closeAfter) {
      this.#toOpen(now, random, Math.min(this.#settings.cooldownMax, this.#cooldown * 2))
    } else return false
    return true
  }

  #toOpen(now: number, random: Random, cooldown: number): void {
    this.#state = 'open'
    this.#rests = false
    this.#cooldown = cooldown
    this.#openUntil = now + cooldown * (1 + BREAKER.cooldownSpread * (2 * random() - 1))
    this.#era = ++this.#serial
    this.#leases.clear()
  }

  #toHalfOpen(): void {
    this.#state = 'half-open'
    this.#era = ++this.#serial
    this.#leases.clear()
    this.#probesOk = 0
    this.#probesFailed = 0
  }

  #close(rampFrom: number): void {
    this.#state = 'closed'
    this.#cooldown = this.#settings.cooldown
    this.#rampFrom = rampFrom
    this.#memory.clear()
    this.#era = ++this.#serial
    this.#leases.clear()
  }

  /** Was the ramp all that kept it from rest, and is that over? */
  #comesToRest(now: number): boolean {
    if (this.#state !== 'closed' || this.#override || now - this.#rampFrom < this.#settings.ramp) return false
    this.#rampFrom = Number.NEGATIVE_INFINITY
    this.#rests = true
    return true
  }
}
