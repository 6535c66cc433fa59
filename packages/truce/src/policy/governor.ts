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

/** Found by the simulated storms named above; all that the governor knows. */
export const GOVERNOR = Object.freeze({
  lowest: 0.2,
  highest: 2,
  /** A success faster than this share of the attempt timeout is fast. */
  fast: 0.5,
  /** Fast success: z × this. */
  rise: 1.5,
  /** Slow success or timeout above 1: z − this, but not below 1. */
  fall: 0.34,
  /** Slow success at or below 1: z + this, but not above 1. */
  creep: 0.05,
  /** Timeout at or below 1: z × this. */
  shrink: 0.9,
  /** Originals pass with probability z ÷ this. */
  originals: 0.8,
  /** Below so many outcomes in the window retries are left alone. */
  quiet: 5,
  /** ms. */
  window: 10_000,
})

/** One level for how much room there is, and what it sheds. */
export class Governor {
  #z: number = GOVERNOR.highest
  /** Kept only where it is asked for whether they are few. */
  readonly #outcomes: TimeWindow | null

  /** @param spareQuiet leave retries alone while outcomes are few; only for small fleets (≤ 10 instances) */
  constructor(spareQuiet: boolean) {
    this.#outcomes = spareQuiet ? new TimeWindow(GOVERNOR.window, 1) : null
  }

  /** The level, in [0.2, 2]. */
  get level(): number {
    return this.#z
  }

  /** @param ms how long it took @param attemptTimeout `Infinity` where there is none: every success is fast */
  succeeded(ms: number, attemptTimeout: number, now: number): void {
    if (this.#outcomes !== null) this.#outcomes.add(0, now)
    const z = this.#z
    if (ms < attemptTimeout * GOVERNOR.fast) this.#z = Math.min(GOVERNOR.highest, z * GOVERNOR.rise)
    else this.#z = z > 1 ? Math.max(1, z - GOVERNOR.fall) : Math.min(1, z + GOVERNOR.creep)
  }

  timedOut(now: number): void {
    if (this.#outcomes !== null) this.#outcomes.add(0, now)
    const z = this.#z
    this.#z = z > 1 ? Math.max(1, z - GOVERNOR.fall) : Math.max(GOVERNOR.lowest, z * GOVERNOR.shrink)
  }

  /** Any other outcome: counted as traffic, the level stays. */
  answered(now: number): void {
    if (this.#outcomes !== null) this.#outcomes.add(0, now)
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
    return room >= 1 || this.#isQuiet(now) || (room > 0 && random() < room)
  }

  #isQuiet(now: number): boolean {
    return this.#outcomes !== null && this.#outcomes.sum(0, now) < GOVERNOR.quiet
  }
}
