/**
 * Line: background calls that wait for room.
 *
 * A batch job must not end because a breaker is open: refusals by breaker, governor or budget ended
 * 400 of 400 jobs in simulation. It must not hammer either. So waiters stand in one line for each
 * dependency: one goes at a time, as a probe and unpaid (with no fresh originals a budget never
 * fills again); each success releases two more, each failure keeps the line back for a backoff.
 *
 * @module
 */
import { BACKGROUND_BACKOFF, wait } from './backoff.js'
import { type Failure, isTransient } from './classify.js'
import { GOVERNOR } from './governor.js'
import type { Random } from './random.js'

/** Of background calls that wait for room. */
export const LINE = /* @__PURE__ */ Object.freeze({
  releasedBySuccess: 2,
  /** One that has not come back after so many ms no longer keeps the others waiting. */
  lease: 30_000,
  backoff: BACKGROUND_BACKOFF,
})

/** How one that was sent ended; `slowly`: it took more than half of its time; `placed`: it was told when its place comes. */
export type LineEnd = 'well' | 'slowly' | 'badly' | 'placed'

/**
 * How one that was sent ended.
 *
 * @param failure how it failed, if it did: an answer that is final is an answer @param ms how long it took
 */
export function endOf(failure: Failure | undefined, ms: number, attemptTimeout: number): LineEnd {
  // Somebody is there and gives out places: the next may ask for his.
  if (failure?.slot === true) return 'placed'
  if (failure !== undefined && !(failure.answered && !isTransient(failure.class))) return 'badly'
  return ms < attemptTimeout * GOVERNOR.fast ? 'well' : 'slowly'
}

/** The line of one dependency: says who may go, and when to ask again. */
export class Line {
  #credits = 1
  #inFlight = 0
  #failures = 0
  #notBefore = Number.NEGATIVE_INFINITY
  #lastSent = Number.NEGATIVE_INFINITY
  #failedAt = Number.NEGATIVE_INFINITY

  /** How long the first in line has to wait: 0 it may go; it asks again when one of those sent has ended. */
  waitAt(now: number): number {
    const turn = this.#credits < 1 ? this.#lastSent + LINE.lease : this.#notBefore
    return Math.max(0, turn - now)
  }

  sent(now: number): void {
    this.#credits = Math.max(0, this.#credits - 1)
    this.#inFlight++
    this.#lastSent = now
  }

  /** @param slow it took more than half of its time: then the line goes on, but no longer grows */
  succeeded(slow = false): void {
    this.#inFlight--
    this.reopened()
    this.#credits += slow ? 1 : LINE.releasedBySuccess
  }

  failed(now: number, random: Random): void {
    this.#inFlight--
    this.#credits = this.#inFlight > 0 ? 0 : 1
    // Those that went out together fail together: one round, one step of backoff.
    if (now < this.#notBefore) return
    this.#notBefore = now + wait(LINE.backoff, this.#failures, 0, random)
    this.#failedAt = now
    this.#failures++
  }

  /** The breaker closed: the line is not kept back any longer. */
  reopened(): void {
    this.#failures = 0
    this.#notBefore = Number.NEGATIVE_INFINITY
  }

  /**
   * Somebody else's call ended well: one of the line may look soon. No more than that, or the
   * traffic of a healthy operation would send the waiters of a failing one at its own rate.
   */
  roomReturned(): void {
    this.#notBefore = Math.min(this.#notBefore, this.#failedAt + LINE.backoff.initial)
  }

  /** It ended without a word (aborted), or with a place of its own: its turn is another's. */
  released(): void {
    this.#inFlight--
    this.#credits++
  }

  /**
   * The line ran empty (nobody waits, whoever is still out): the next one starts anew, with one, or
   * releases saved up in good times would all go at once, unpaid, into the next outage.
   */
  emptied(): void {
    this.#credits = this.#inFlight === 0 ? 1 : 0
  }
}
