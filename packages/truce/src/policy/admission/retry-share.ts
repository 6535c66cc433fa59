/**
 * Retry share: of retries, so many for each original, as the contract says.
 *
 * A dependency that promised room for 10 % of retries owes no more: what callers' budgets let through above that
 * is refused here, whoever made it. One retry in a window is always let in, or an operation of little traffic would
 * have none at all.
 *
 * @module
 */
import { TimeWindow } from '../window.js'

/** Over how long, ms: as the budgets of callers count. */
const WINDOW = 10_000
const ORIGINALS = 0
const RETRIES = 1

/** Counts what was admitted of one operation, and what waits to be. */
export class RetryShare {
  readonly #share: number
  readonly #admitted = new TimeWindow(WINDOW, 2)

  /** Retries that wait for a place: all of them may get one. */
  #waiting = 0

  /** @param share retries ÷ originals; 0 admits none */
  constructor(share: number) {
    this.#share = share
  }

  /** Is there room for one more retry? */
  allows(now: number): boolean {
    // 0.29 × 100 is a little less than 29.
    const most = this.#share * this.#admitted.sum(ORIGINALS, now) + 1e-6
    return this.#admitted.latest(RETRIES) + this.#waiting + 1 <= (this.#share > 0 ? Math.max(1, most) : 0)
  }

  /** One more waits, or one less (−1). */
  waits(more: 1 | -1): void {
    this.#waiting += more
  }

  /** One was admitted. */
  admitted(retry: boolean, now: number): void {
    this.#admitted.add(retry ? RETRIES : ORIGINALS, now)
  }
}
