/**
 * Hold: until when a dependency has asked all of a caller's retries to stay away.
 *
 * A refusal is told to one call, but it is meant for all: of forty calls that failed in one second thirty-nine would
 * come back, be refused in their turn, and spend an attempt to hear what their process knows already. So what a
 * service says of itself as a whole is kept here, for whoever decides about a retry. Originals are not held: of them
 * the service decides itself, and it may have room for an original where it has none for a retry. (In simulation of
 * 1.2 to 5 times the capacity held originals won nothing, and at nine tenths of it half a percent of the calls was
 * lost that nobody had to refuse.)
 *
 * @module
 */

/** ms. So long at most: who still means it then says so again, and a mistyped wait does not stop retries for a day. */
export const HOLD = /* @__PURE__ */ Object.freeze({ max: 10_000 })

/** What was said last counts: each word tells the end of the queue as it is now. */
export class Hold {
  #until = Number.NEGATIVE_INFINITY

  /** @param ms from now on */
  keep(ms: number, now: number): void {
    this.#until = now + Math.min(ms, HOLD.max)
  }

  /** How long it still lasts, ms; 0: it does not. */
  left(now: number): number {
    return Math.max(0, this.#until - now)
  }
}
