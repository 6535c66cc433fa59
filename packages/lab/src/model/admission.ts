/**
 * Admission: what a dependency lets in. A port; what decides is behind it.
 *
 * @module
 */

/** What is known of an attempt at the door. */
export interface AtTheDoor {
  readonly retry: boolean
  /** Who calls: the callers' group, and which of its processes. */
  readonly group: number
  readonly instance: number
  /** Attempts that wait, and that are served. */
  readonly waiting: number
  readonly busy: number
  readonly workers: number
  /** Until when it is waited for, ms; `Infinity` where that is not known. */
  readonly until: number
  readonly now: number
}

/** A refusal. `retryAfter`: come back after so many ms. */
export interface Refusal {
  readonly retryAfter: number | undefined
}

export interface Admission {
  /** @returns `undefined`: it comes in */
  arrives(attempt: AtTheDoor): Refusal | undefined
  /** One was served in so many ms. */
  served(ms: number, now: number): void
}

/** How fast the mean follows. */
const STEP = 0.05

const NO_HINT: Refusal = Object.freeze({ retryAfter: undefined })

/** Refuses what would wait too long, retries sooner than originals: the shape of the policy, not the policy. */
export class ExpectedWait implements Admission {
  readonly #limits: { readonly originals: number; readonly retries: number }
  #mean: number

  /** @param mean service time to begin with, ms */
  constructor(limits: { readonly originals: number; readonly retries: number }, mean: number) {
    this.#limits = limits
    this.#mean = mean
  }

  arrives({ retry, waiting, workers }: AtTheDoor): Refusal | undefined {
    const wait = (waiting * this.#mean) / Math.max(1, workers)
    return wait > (retry ? this.#limits.retries : this.#limits.originals) ? NO_HINT : undefined
  }

  served(ms: number): void {
    this.#mean += STEP * (ms - this.#mean)
  }
}
