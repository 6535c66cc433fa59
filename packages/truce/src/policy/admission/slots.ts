/**
 * Slots: when the refused come back, one after the other, as fast as they can be served.
 *
 * Callers that back off by chance come back too early, and are refused again, or too late, and the service idles:
 * 400 callers after an outage needed 4 to 16 s where 3 s of work waited. A slot is a place in a queue that nobody
 * stands in.
 *
 * What the places are handed out from is what fresh originals leave of the rate. Some of the refused never come back;
 * their places would stay empty, so as many more are handed out as past ones were missed. A call that somebody waits for
 * does not wait long. Were it given a place however far, the queue of a service that stands still would grow until no
 * caller came back, and shrink until all of them did at once. So what is farther is a second queue, behind the first,
 * from which few come.
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
const LEAST_SPARE = 0.05
/** Originals do not come evenly: so many more may come. */
const UNEVEN = 1.1
/** Somebody waits for the call: so long and no longer, ms. A usual deadline (2.5 s) less an attempt at the door, and one at its place. */
const PATIENCE = 1_500
/** Where the second queue begins, ms. */
const FAR = 3_000
/** Of the slots given, so many are used at the least. */
const LEAST_USED = 0.2

/** A virtual queue. */
export class Slots {
  readonly #longest: number
  readonly #seen = new TimeWindow(WINDOW, 3)
  #next = Number.NEGATIVE_INFINITY
  /** Of the second queue. */
  #far = Number.NEGATIVE_INFINITY

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
   * @param rate    departures a ms
   * @param ahead   ms in which those are served who wait now
   * @param patient nobody waits for it
   */
  give(rate: number, ahead: number, patient: boolean, now: number): number {
    const seen = this.#seen
    const used = Math.min(1, Math.max(LEAST_USED, (seen.latest(RETURNED) + 1) / (seen.latest(GIVEN) + 1)))
    const spare = Math.max(LEAST_SPARE * rate, rate - (UNEVEN * seen.latest(ORIGINALS)) / WINDOW)
    const latest = now + this.#longest
    const next = Math.min(Math.max(this.#next + used / spare, now + ahead), latest)
    if (patient || next <= now + PATIENCE) {
      seen.add(GIVEN, now)
      this.#next = next
      return next - now
    }
    this.#far = Math.min(Math.max(this.#far + LEAST_USED / spare, next, now + FAR), latest)
    return this.#far - now
  }
}
