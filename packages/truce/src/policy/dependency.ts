/**
 * Dependency: all that one process knows of one dependency, and the only functions that move it.
 *
 * Guard, queue consumer and simulator drive this object and nothing below it: which outcome moves
 * the breaker, the governor, the budget and the latency is said here once.
 *
 * Life of an attempt: `refusesOriginal` or `decide` (which pays) → `acquire` → `ended`, or
 * `released` where it ended without a word about the dependency.
 *
 * @module
 */
import type { Breaker, BreakerState, Permit } from './breaker.js'
import type { Budget, Payment } from './budget.js'
import type { Failure } from './classify.js'
import { cutShort } from './deadline.js'
import { type DegradeRules, degrades } from './degrade.js'
import type { Governor } from './governor.js'
import { Hold } from './hold.js'
import type { Random } from './random.js'
import type { Room } from './retry.js'
import type { StopReason } from './stop.js'

/** The parts in use; `null` where switched off. */
export interface Parts {
  readonly breaker: Breaker | null
  readonly governor: Governor | null
  readonly budget: Budget | null
  /** A success slower than this is a slow call, ms; `Infinity` where they are not told apart. */
  readonly slowCall: number
  /** Shared by the partitions of one dependency: what the service says of itself is meant for all of them. Default: its own. */
  readonly hold?: Hold
  /** Is it one host of several? Then what a host says of itself is meant for all calls here. */
  readonly isHost?: boolean
}

/** Permit of attempts to a dependency without a breaker. */
const FREE: Permit = 1

/**
 * Does a failed attempt say nothing of the dependency? What was aborted, exhausted or refused below does not; nor
 * what our own deadline cut short, or was answered 504 because that deadline travelled (a quick 504 is another's).
 *
 * @param given what it was given, `timeout` the operation's attempt timeout, `ms` what it took, all ms
 */
export function isSilent(failure: Failure, given: number, timeout: number, ms: number): boolean {
  const verdict = failure.class
  if (verdict === 'aborted' || verdict === 'exhausted' || failure.refused) return true
  return verdict === 'timeout' && cutShort(given, timeout) && !(failure.answered && cutShort(ms, given))
}

/** Did the dependency's admission refuse it before any work? That is an answer of somebody who is well. */
function turnedAway({ admission, certainty }: Failure): boolean {
  return admission === true && certainty === 'not-applied'
}

/** The policies of one dependency, or of one partition of it, and what moves them. */
export class DependencyPolicy implements Room {
  readonly breaker: Breaker | null
  readonly governor: Governor | null
  readonly budget: Budget | null
  readonly #slowCall: number
  readonly #service: Hold
  readonly #host: Hold | null
  #admission = false
  #answered = false
  /** An operator's word: no retries and no hedges until then. */
  #noRetriesUntil = Number.NEGATIVE_INFINITY

  constructor(parts: Parts) {
    this.breaker = parts.breaker
    this.governor = parts.governor
    this.budget = parts.budget
    this.#slowCall = parts.slowCall
    this.#service = parts.hold ?? new Hold()
    this.#host = parts.isHost === true ? new Hold() : null
  }

  /** Has it ever answered? A name that resolved before and does not now is a passing fault, else a wrong name. */
  get hasAnswered(): boolean {
    return this.#answered
  }

  /** Does anything here look at the clock while all goes well? */
  get keepsTime(): boolean {
    return this.governor !== null || this.budget !== null || this.#slowCall < Number.POSITIVE_INFINITY
  }

  /** Does a success have to say when it came? */
  get timesOutcomes(): boolean {
    return this.breaker !== null && this.breaker.keepsTime
  }

  /** Does a success change nothing here, while all goes well? */
  get countsNoSuccess(): boolean {
    if (this.governor !== null || this.budget !== null) return false
    return this.breaker === null || this.breaker.countsNoSuccess
  }

  /** A permit for an original that needs no clock; 0 where only `plainPermit` or `acquire` can say. */
  timelessPermit(): Permit {
    return this.breaker === null ? FREE : this.breaker.timelessPermit()
  }

  /**
   * A permit for an original that nothing can refuse, without a draw; 0 where `refusesOriginal` and `acquire`
   * have to be asked. It holds nothing: not to use it harms nobody. Who sends says so to `originalSent`.
   */
  plainPermit(now: number): Permit {
    if (this.governor !== null && !this.governor.isOpen) return 0
    return this.breaker === null ? FREE : this.breaker.plainPermit(now)
  }

  /** An original goes out. */
  originalSent(now: number): void {
    if (this.budget !== null) this.budget.original(now)
  }

  /** Is the attempt one of a half-open breaker's probes? */
  isProbe(permit: Permit): boolean {
    return this.breaker !== null && this.breaker.isProbe(permit)
  }

  /** Would a first attempt be refused now? The breaker's permit is taken later, by `acquire`. */
  refusesOriginal(now: number, random: Random): StopReason | undefined {
    if (this.breaker !== null) {
      if (!this.breaker.wouldAllow(now)) return 'breaker'
      // The first probe is how this instance finds out; where calls are few, the governor could shed it for seconds.
      if (this.breaker.wantsProbe(now)) return undefined
    }
    if (this.governor !== null && !this.governor.allowsOriginal(random)) return 'throttled'
    return undefined
  }

  /** No retries and no hedges before `until`, whatever the budget holds; originals go on. `-Infinity` takes it back. */
  stopRetries(until: number): void {
    this.#noRetriesUntil = until
  }

  /** How long retries are still stopped, ms; 0: they are not. */
  retriesStoppedFor(now: number): number {
    return Math.max(0, this.#noRetriesUntil - now)
  }

  /** How long the dependency has asked all retries to stay away, ms; 0: it has not. */
  heldFor(now: number): number {
    return Math.max(this.#service.left(now), this.#host === null ? 0 : this.#host.left(now))
  }

  /**
   * Would a retry that starts at `at` be refused, what the budget holds aside?
   *
   * @param invited the dependency itself has asked for it, and keeps room
   */
  refusesRetry(now: number, at: number, random: Random, invited = false): StopReason | undefined {
    if (at < this.#noRetriesUntil) return 'budget'
    if (this.breaker !== null && !this.breaker.wouldAllow(at)) return 'breaker'
    if (invited) return undefined
    if (this.governor !== null && !this.governor.allowsRetry(now, random)) return 'throttled'
    return undefined
  }

  /**
   * Pays for a retry or a hedge; `null` where the budget cannot, 0 where there is none to pay.
   *
   * @param trafficClass pays from its own share first, where the budget has one for it
   */
  pay(now: number, trafficClass?: string): Payment | null {
    if (this.budget === null) return 0
    return this.budget.pay(now, trafficClass) || null
  }

  /** The retry paid for at `then` was never made. */
  takeBack(payment: Payment, then: number, now: number): void {
    this.budget?.takeBack(payment, then, now)
  }

  /**
   * Lets an attempt start, or refuses with 0 (breaker). Originals count from here.
   *
   * @param given the time it is given, ms; `Infinity` where nothing limits it
   */
  acquire(attempt: number, now: number, random: Random, given = Number.POSITIVE_INFINITY): Permit {
    const permit = this.breaker === null ? FREE : this.breaker.acquire(now, random, given)
    if (permit !== 0 && attempt === 1 && this.budget !== null) this.budget.original(now)
    return permit
  }

  /**
   * An original succeeded of which nothing here wants to know more (`countsNoSuccess`).
   *
   * @returns `false`, and nothing was told, where something does by now: that is for `succeeded`
   */
  succeededPlainly(permit: Permit): boolean {
    if (this.breaker !== null && this.breaker.timelessPermit() !== permit) return false
    this.#answered = true
    return true
  }

  /** The attempt succeeded after `ms`. @returns whether the breaker's state changed */
  succeeded(
    permit: Permit,
    attempt: number,
    payment: Payment,
    ms: number,
    timeout: number,
    now: number,
    random: Random,
  ): boolean {
    this.#answered = true
    if (this.governor !== null) this.governor.succeeded(ms, timeout, now)
    if (this.budget !== null) {
      if (attempt === 1) this.budget.deposit(now)
      else this.budget.refund(payment, now)
    }
    return this.breaker !== null && this.breaker.record(permit, ms >= this.#slowCall ? 'slow' : 'success', now, random)
  }

  /**
   * The attempt failed after `ms`. @returns whether the breaker's state changed
   *
   * @param given   the time it was given, ms: where the call's deadline left it less than half of
   *   `timeout`, its silence says nothing of the dependency
   * @param timeout the operation's attempt timeout, ms
   * @param ms      how long it took; all that it was given where nobody says
   */
  failed(
    permit: Permit,
    failure: Failure,
    given: number,
    timeout: number,
    now: number,
    random: Random,
    ms = given,
  ): boolean {
    const verdict = failure.class
    if (failure.answered) this.#answered = true
    if (isSilent(failure, given, timeout, ms)) {
      this.released(permit)
      return false
    }
    this.#hears(failure, now)
    if (this.governor !== null) {
      // Errors that come fast are safe to retry, silence is not: a quick 504 is an answer like any other.
      if (verdict === 'timeout' && !(failure.answered && cutShort(ms, timeout))) this.governor.timedOut(now)
      else this.governor.answered(now)
    }
    if (this.breaker === null) return false
    const counts =
      verdict === 'timeout' || verdict === 'unavailable' || (verdict === 'overloaded' && !turnedAway(failure))
    if (!counts && !failure.answered) {
      this.breaker.release(permit)
      return false
    }
    return this.breaker.record(permit, counts ? 'failure' : 'success', now, random)
  }

  /** What a failed answer says of the dependency as a whole. */
  #hears({ admission, scope, retryAfter }: Failure, now: number): void {
    if (admission === true && !this.#admission) {
      this.#admission = true
      if (this.breaker !== null) this.breaker.stepBack()
    }
    if (retryAfter === undefined || scope === undefined) return
    if (scope === 'service') this.#service.keep(retryAfter, now)
    else if (this.#host !== null) this.#host.keep(retryAfter, now)
  }

  /** The attempt ended without a word about the dependency. */
  released(permit: Permit): void {
    if (this.breaker !== null) this.breaker.release(permit)
  }

  /** When a caller refused by the breaker may come back; `undefined` where it cannot be known. */
  retryAt(now: number): number | undefined {
    return this.breaker === null ? undefined : this.breaker.retryAt(now)
  }

  /** Is it time for the fallback, before retries are spent? */
  degrades(rules: DegradeRules, deadline: number, now: number, trafficClass?: string): StopReason | undefined {
    return degrades(rules, this, deadline, now, trafficClass)
  }

  breakerState(now: number): BreakerState {
    return this.breaker === null ? 'closed' : this.breaker.state(now)
  }
}
