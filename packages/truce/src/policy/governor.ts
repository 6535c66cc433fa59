/**
 * Governor: how much room the dependency's answers leave.
 *
 * One level `z`. Errors that come fast are safe to retry, silence is not: so timeouts and slow
 * successes push the level down, fast successes push it up, and error answers do not move it. Going
 * down, retries are shed first, then for a while nothing more, then originals. There is no cooldown
 * and no probe: at the lowest level a quarter of the originals still goes out, and one fast success
 * starts the way back. Over 31 simulated storms callers with it succeed in 84 % of calls, callers
 * that do nothing in 74 %, and it is nowhere worse than doing nothing by more than 2 points.
 *
 * @module
 */
import type { Random } from './random.js'
import { TimeWindow } from './window.js'

/**
 * Found by simulated storms; all that the governor knows. The first choice (rise 1.5, fall 0.34, shrink 0.9, no word about
 * few outcomes) lost up to 2.8 points against doing nothing, and up to 4.4 where 400 instances made less than a call a
 * second each. With these it is at most 1.0 with 5, 20, 100 or 400 instances (`npm run bench:ladder -- --instances 100`). That
 * timeouts in a row count for more is worth 3 points where a fifth of the calls is very slow and a hundred instances call,
 * and 4 where 400 meet a server that gets slower with its queue; that what is shed is spread, 0.4 points after a hang.
 */
export const GOVERNOR = Object.freeze({
  lowest: 0.2,
  highest: 2,
  /** A success faster than this share of the attempt timeout is fast. */
  fast: 0.5,
  /** Fast success: z × this. */
  rise: 2,
  /** Slow success or timeout above 1: z − this, but not below 1. */
  fall: 0.25,
  /** Slow success at or below 1: z + this, but not above 1. */
  creep: 0.05,
  /** Timeout at or below 1: z × this. */
  shrink: 0.92,
  /** Of originals the share z ÷ this passes. */
  originals: 0.8,
  /** Small fleet: below so many outcomes in the window retries are left alone. */
  quiet: 5,
  /** Large fleet: of n outcomes in the window each slow success takes at least this ÷ n above 1 … */
  fewSlow: 10,
  /** … and each timeout this ÷ n² … */
  fewFall: 100,
  /** … and at or below 1 at most this × n, as a share; … */
  fewShrink: 0.006,
  /** … timeouts in a row count for up to this ÷ n of them, that whoever sees few is nearly as quick as who sees so many: … */
  hasteOf: 150,
  /** … at or below 1 only where n is so large, … */
  hasteFrom: 12,
  /** … behind the first so many of the row, … */
  hasteAfter: 3,
  /** … and for so many at most; … */
  hasteMost: 4,
  /** … and a fast success multiplies by at least this ÷ n, until all originals pass. */
  fewRise: 80,
  /** ms. */
  window: 10_000,
})

/** One level for how much room there is, and what it sheds. */
export class Governor {
  #z: number = GOVERNOR.highest
  readonly #outcomes: TimeWindow
  readonly #small: boolean
  /** Timeouts since the last success. */
  #silent = 0
  /** Where in its turn, in [0, 1), the next original that passes stands; drawn … */
  #place = Number.NaN
  /** … and how much of originals has to be asked for until it comes. */
  #left = 0

  /**
   * @param small a fleet of at most ten instances. Few outcomes mean something else in a large one: each instance sees
   *   too little to learn in time, and what each of them allows itself adds up.
   */
  constructor(small: boolean) {
    this.#small = small
    this.#outcomes = new TimeWindow(GOVERNOR.window, 1)
  }

  /** The level, in [0.2, 2]. */
  get level(): number {
    return this.#z
  }

  /** @param ms how long it took @param attemptTimeout `Infinity` where there is none: every success is fast */
  succeeded(ms: number, attemptTimeout: number, now: number): void {
    this.#outcomes.add(0, now)
    this.#silent = 0
    const z = this.#z
    if (ms < attemptTimeout * GOVERNOR.fast) this.#z = this.#risen(z, now)
    else this.#z = z > 1 ? Math.max(1, z - this.#slowFall(now)) : Math.min(1, z + GOVERNOR.creep)
  }

  timedOut(now: number): void {
    this.#outcomes.add(0, now)
    this.#silent++
    const z = this.#z
    this.#z = z > 1 ? Math.max(1, z - this.#fall(now)) : Math.max(GOVERNOR.lowest, z * this.#shrink(now))
  }

  /** Outcomes in the window; for a small fleet, in which few of them say nothing else, as if it saw any number. */
  #seen(now: number): number {
    return this.#small ? Number.POSITIVE_INFINITY : this.#outcomes.sum(0, now)
  }

  /** An instance that sees few outcomes, and sheds originals, would take long to learn that all is well again. */
  #risen(z: number, now: number): number {
    const risen = Math.min(GOVERNOR.highest, z * GOVERNOR.rise)
    if (risen >= GOVERNOR.originals) return risen
    return Math.max(risen, Math.min(GOVERNOR.originals, (z * GOVERNOR.fewRise) / this.#seen(now)))
  }

  /** A slow success is an answer: it counts for no more in a row, but for more where few are seen, like a timeout. */
  #slowFall(now: number): number {
    return Math.min(1, Math.max(GOVERNOR.fall, GOVERNOR.fewSlow / this.#seen(now)))
  }

  /** Who sees little sheds its retries at the first timeouts: until it had seen more, all the others would have retried. */
  #fall(now: number): number {
    const outcomes = this.#seen(now)
    const once = Math.max(GOVERNOR.fall, GOVERNOR.fewFall / (outcomes * outcomes))
    return Math.min(1, once * haste(this.#silent, outcomes))
  }

  /**
   * Originals, though, are not held back for the few outcomes that one instance has seen; unless nothing succeeds
   * between its timeouts: by a fifth of the outcomes it would take five times as long to learn that nobody answers.
   */
  #shrink(now: number): number {
    const outcomes = this.#seen(now)
    const once = Math.max(GOVERNOR.shrink, 1 - GOVERNOR.fewShrink * outcomes)
    if (outcomes < GOVERNOR.hasteFrom) return once
    let all = once
    // No power: engines differ in its last bits.
    for (let n = Math.min(GOVERNOR.hasteMost, haste(this.#silent - GOVERNOR.hasteAfter, outcomes)); n > 1; n--)
      all *= once
    return all
  }

  /** Any other outcome: counted as traffic, the level stays. */
  answered(now: number): void {
    this.#outcomes.add(0, now)
  }

  /** Is it certain that an original may go? */
  get isOpen(): boolean {
    return this.#z >= GOVERNOR.originals
  }

  /**
   * May an original go? Of as many as have one in their share, one passes, and which is drawn (stratified sampling): if each
   * were drawn for itself, the next that finds out whether the dependency is back would be nearly twice as long in coming; if
   * every fourth passed, callers that take turns could find that it is always the turn of one who hears nothing.
   */
  allowsOriginal(random: Random): boolean {
    if (this.#z >= GOVERNOR.originals) return true
    if (Number.isNaN(this.#place)) this.#left = this.#place = random()
    this.#left -= this.#z / GOVERNOR.originals
    if (this.#left >= 0) return false
    const next = random()
    this.#left += 1 - this.#place + next
    this.#place = next
    return true
  }

  /** May a retry or a hedge go? */
  allowsRetry(now: number, random: Random): boolean {
    const room = this.#z - 1
    if (room >= 1 || (this.#small && this.#outcomes.sum(0, now) < GOVERNOR.quiet)) return true
    return room > 0 && random() < room
  }
}

/** For how many the latest timeout of a row counts. */
function haste(row: number, outcomes: number): number {
  return Math.max(1, Math.min(row, Math.floor(GOVERNOR.hasteOf / outcomes)))
}
