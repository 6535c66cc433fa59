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
 * second each. With these it is 0.7 (`npm run bench:ladder -- --seed 2001`, of seeds by which nothing was chosen).
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
  /** Originals pass with probability z ÷ this. */
  originals: 0.8,
  /** Small fleet: below so many outcomes in the window retries are left alone. */
  quiet: 5,
  /** Large fleet: of n outcomes in the window each timeout takes at least this ÷ n above 1 … */
  fewFall: 10,
  /** … and at most this × n, as a share, at or below 1. */
  fewShrink: 0.006,
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
    const z = this.#z
    if (ms < attemptTimeout * GOVERNOR.fast) this.#z = this.#risen(z, now)
    else this.#z = z > 1 ? Math.max(1, z - this.#fall(now)) : Math.min(1, z + GOVERNOR.creep)
  }

  timedOut(now: number): void {
    this.#outcomes.add(0, now)
    const z = this.#z
    this.#z = z > 1 ? Math.max(1, z - this.#fall(now)) : Math.max(GOVERNOR.lowest, z * this.#shrink(now))
  }

  /** An instance that sees few outcomes, and sheds originals, would take long to learn that all is well again. */
  #risen(z: number, now: number): number {
    const risen = Math.min(GOVERNOR.highest, z * GOVERNOR.rise)
    if (this.#small || risen >= GOVERNOR.originals) return risen
    return Math.max(risen, Math.min(GOVERNOR.originals, (z * GOVERNOR.fewRise) / this.#outcomes.sum(0, now)))
  }

  /** Who sees little sheds its retries at the first timeouts: until it had seen more, all the others would have retried. */
  #fall(now: number): number {
    if (this.#small) return GOVERNOR.fall
    return Math.min(1, Math.max(GOVERNOR.fall, GOVERNOR.fewFall / this.#outcomes.sum(0, now)))
  }

  /** Originals, though, are not held back for the few outcomes that one instance has seen. */
  #shrink(now: number): number {
    if (this.#small) return GOVERNOR.shrink
    return Math.max(GOVERNOR.shrink, 1 - GOVERNOR.fewShrink * this.#outcomes.sum(0, now))
  }

  /** Any other outcome: counted as traffic, the level stays. */
  answered(now: number): void {
    this.#outcomes.add(0, now)
  }

  /** Is it certain that an original may go? */
  get isOpen(): boolean {
    return this.#z >= GOVERNOR.originals
  }

  /** May an original go? Draws from `random` only where the answer is not certain. */
  allowsOriginal(random: Random): boolean {
    return this.#z >= GOVERNOR.originals || random() < this.#z / GOVERNOR.originals
  }

  /** May a retry or a hedge go? */
  allowsRetry(now: number, random: Random): boolean {
    const room = this.#z - 1
    if (room >= 1 || (this.#small && this.#outcomes.sum(0, now) < GOVERNOR.quiet)) return true
    return room > 0 && random() < room
  }
}
