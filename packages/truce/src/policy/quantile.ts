/**
 * Quantile: the median (or p99) of what was observed, from one number and no samples kept.
 *
 * Keeping samples makes the estimate dearest when there is most traffic. This estimator moves up by
 * a share of itself when an observation lies above it and down when below, in the proportion that
 * balances at the quantile; being relative, one step size serves microseconds and minutes.
 *
 * @see Q. Ma, S. Muthukrishnan, M. Sandler, "Frugal Streaming for Estimating Quantiles" (2013)
 * @module
 */

/** Relative step: follows a tenfold change within about 50 observations of the median. */
export const STEP = 0.1

/** A microsecond: from lower down, relative steps would take for ever to come back. */
const LOWEST = 1e-3

/** Follows one quantile of a stream of numbers, in constant room. */
export class Quantile {
  readonly #up: number
  readonly #down: number
  #estimate = Number.NaN

  /** @param quantile in (0, 1): 0.5 is the median */
  constructor(quantile: number) {
    this.#up = 1 + STEP * quantile
    this.#down = 1 / (1 + STEP * (1 - quantile))
  }

  /** @param value an observation (ms, finite); the first one is taken as it is */
  observe(value: number): void {
    if (value > this.#estimate) this.#estimate *= this.#up
    else if (value < this.#estimate) this.#estimate = Math.max(LOWEST, this.#estimate * this.#down)
    else if (this.#estimate !== this.#estimate) this.#estimate = Math.max(LOWEST, value)
  }

  /** The estimate, or `unknown` while nothing was observed. */
  value(unknown: number): number {
    return this.#estimate === this.#estimate ? this.#estimate : unknown
  }
}
