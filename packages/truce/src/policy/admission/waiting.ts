/**
 * Waiting: who waits for a place, in four ranks, and in which order they get one.
 *
 * In good times the one who has waited longest goes first, whatever the rank. Under overload a queue that serves the
 * oldest first serves only callers that are about to give up, and all of them wait as long as the queue is: then
 * the newest of the best rank goes first, so that most are served fast and some not at all.
 *
 * @module
 * @see B. Maurer, "Fail at scale" (2015): adaptive LIFO; K. Nichols, V. Jacobson, "Controlling queue delay" (2012)
 */
import type { Arrival } from './arrival.js'

/** Ranks, best first: what is shed last. */
export const ORIGINAL = 0
export const BACKGROUND = 1
export const RETRY = 2
export const GREEDY = 3

/** Four chains of arrivals, oldest first. */
export class Waiting {
  readonly #first: (Arrival | undefined)[] = [undefined, undefined, undefined, undefined]
  readonly #last: (Arrival | undefined)[] = [undefined, undefined, undefined, undefined]
  #length = 0

  get length(): number {
    return this.#length
  }

  push(arrival: Arrival, rank: number): void {
    const last = this.#last[rank]
    arrival.rank = rank
    arrival.ahead = last
    arrival.behind = undefined
    if (last) last.behind = arrival
    else this.#first[rank] = arrival
    this.#last[rank] = arrival
    this.#length++
  }

  /** The one who has waited longest, of all ranks. */
  oldest(): Arrival | undefined {
    let oldest = this.#first[ORIGINAL]
    for (let rank = BACKGROUND; rank <= GREEDY; rank++) {
      const first = this.#first[rank]
      if (first && !(oldest && oldest.since <= first.since)) oldest = first
    }
    return oldest
  }

  /** The one who came last, of the best rank that waits. */
  newestOfBest(): Arrival | undefined {
    return this.#last[0] ?? this.#last[1] ?? this.#last[2] ?? this.#last[3]
  }

  /** The one who has waited longest of the worst rank that waits, if that is no better than `rank`. */
  oldestOfWorst(rank: number): Arrival | undefined {
    for (let worst = GREEDY; worst >= rank; worst--) {
      const first = this.#first[worst]
      if (first) return first
    }
    return undefined
  }

  /** The one who has waited longest of a rank. */
  first(rank: number): Arrival | undefined {
    return this.#first[rank]
  }

  remove(arrival: Arrival): void {
    const { ahead, behind, rank } = arrival
    if (ahead) ahead.behind = behind
    else this.#first[rank] = behind
    if (behind) behind.ahead = ahead
    else this.#last[rank] = ahead
    arrival.ahead = arrival.behind = undefined
    arrival.rank = -1
    this.#length--
  }
}
