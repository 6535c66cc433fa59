/**
 * Attempt timeout: how long an attempt may take, learned from how long attempts took.
 *
 * A timeout that somebody guessed is below the real tail, and then it makes work of answers that
 * were on their way, or far above it, and then every hang costs all of it. Learned from successes
 * alone it is worse than a guess: in a slow phase only the fast ones succeed, so the timeout shrinks,
 * so fewer succeed. A timeout is an observation as well: it would have taken at least so long.
 *
 * Evidence of a quantile is what lies beyond it. Until two successes are expected beyond it, `max`
 * holds; then the estimate starts at the longest of them, because from below it would need thousands
 * of calls to find a rare slow mode, and cuts them meanwhile.
 * The estimator is `Quantile`: on lognormal, exponential and bimodal data the margin covers its error; it
 * follows a tenfold rise within 150 observations, and a fall more slowly (the safe way round).
 *
 * @module
 */
import { Quantile } from './quantile.js'

/** Attempts whose answer is late by less than half of the usual tail are still waited for. */
export const ADAPTIVE_TIMEOUT = Object.freeze({
  quantile: 0.99,
  /** Over the quantile: 0.5 is 1.5 × as long. */
  margin: 0.5,
  /** ms: below that, pauses of the own process are measured, not the dependency. */
  min: 50,
  /** Observations to be expected beyond the quantile before it is believed: 200 successes for 0.99. */
  beyond: 2,
})

/** What of the times that answers took makes a timeout, and its bounds. */
export interface AdaptiveTimeoutSettings {
  /** In (0, 1). */
  readonly quantile: number
  /** Share of the quantile that is added to it. */
  readonly margin: number
  /** ms. */
  readonly min: number
  /** ms; in force until enough is known. */
  readonly max: number
}

/**
 * An attempt timeout that follows how long attempts take.
 *
 * @example
 * const timeout = new AdaptiveTimeout({ ...ADAPTIVE_TIMEOUT, max: 3_000 })
 * timeout.succeeded(120)
 * timeout.ms // 3000, until 200 successes are known
 */
export class AdaptiveTimeout {
  readonly #settings: AdaptiveTimeoutSettings
  readonly #quantile: Quantile
  /** Successes to come before the estimate is believed. */
  #missing: number
  #longest = 0

  constructor(settings: AdaptiveTimeoutSettings) {
    this.#settings = settings
    this.#quantile = new Quantile(settings.quantile)
    // 1 − 0.99 is a little more than 0.01.
    this.#missing = Math.ceil(ADAPTIVE_TIMEOUT.beyond / (1 - settings.quantile) - 1e-6)
  }

  /** What an attempt may take now, in whole ms. */
  get ms(): number {
    const { margin, min, max } = this.#settings
    if (this.#missing > 0) return max
    return Math.min(max, Math.max(min, Math.ceil(this.#quantile.value(max) * (1 + margin))))
  }

  /** @param ms how long it took */
  succeeded(ms: number): void {
    if (this.#missing <= 0) return this.#quantile.observe(ms)
    this.#longest = Math.max(this.#longest, ms)
    if (--this.#missing === 0) this.#quantile.observe(this.#longest)
  }

  /**
   * Its time was up. One cut by its call's deadline before the estimate says nothing and is passed over.
   *
   * @param given the time it was given, ms
   */
  timedOut(given: number): void {
    if (this.#missing > 0) this.#longest = Math.max(this.#longest, given)
    else if (given > this.#quantile.value(0)) this.#quantile.observe(given)
  }
}
