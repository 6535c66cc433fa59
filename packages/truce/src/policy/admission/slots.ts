/**
 * Slots: when the refused come back, one after the other, as fast as they can be served.
 *
 * Callers that back off by chance come back too early, and are refused again, or too late, and the service idles:
 * 400 callers after an outage needed 4 to 16 s where 3 s of work waited. A slot is a place in a queue that nobody
 * stands in.
 *
 * What the places are handed out from is what fresh originals leave of the rate. Some of the refused never come back;
 * their places would stay empty, so as many more are handed out as past ones were missed.
 *
 * @module
 */
import { TimeWindow } from '../window.js'

/** Over how long arrivals are counted, ms. */
const WINDOW = 5_000
const ORIGINALS = 0
const RETURNED = 1
const GIVEN = 2

/** Of the rate, what is kept for those who come back, however many originals there are. */
const LEAST_SPARE = 0.1
/** Of the slots given, so many are used at the least. */
const LEAST_USED = 0.2

/** A virtual queue. */
export class Slots {
  readonly #longest: number
  readonly #seen = new TimeWindow(WINDOW, 3)
  #next = Number.NEGATIVE_INFINITY

  /** @param longest slot, ms */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** One arrived, whatever becomes of it. */
  arrived(retry: boolean, now: number): void {
    this.#seen.add(retry ? RETURNED : ORIGINALS, now)
  }

  /**
   * The next free place, in ms from now.
   *
   * @param rate  departures a ms
   * @param ahead ms in which those are served who wait now
   */
  give(rate: number, ahead: number, now: number): number {
    const seen = this.#seen
    seen.add(GIVEN, now)
    const used = Math.min(1, Math.max(LEAST_USED, (seen.latest(RETURNED) + 1) / seen.latest(GIVEN)))
    const spare = Math.max(LEAST_SPARE * rate, rate - seen.latest(ORIGINALS) / WINDOW)
    this.#next = Math.min(Math.max(this.#next + used / spare, now + ahead), now + this.#longest)
    return this.#next - now
  }
}
