/**
 * A house: a service that is nothing but arithmetic. What a request takes, and how far apart they end, follows from how
 * many are inside, so that each limit and its millisecond is exact, on every platform.
 *
 * @module
 */
import { Places } from '../../src/policy/admission/places.js'

/** What so many requests at once make of each other, in ms: how long one takes, and until the next one ends. */
export type Service = (inside: number) => { readonly ms: number; readonly apart: number }

/** So many workers of so many ms each; whoever finds none free waits inside. */
export const workers =
  (count: number, ms: number): Service =>
  (inside) => ({ ms: ms * Math.max(1, inside / count), apart: ms / Math.min(inside, count) })

/** One that tells nothing of how many are inside. */
export const steady =
  (ms: number, apart: number): Service =>
  () => ({ ms, apart })

export interface How {
  /** Places taken; otherwise all there are. */
  readonly inside?: number
  /** Share of the places for which somebody waits … */
  readonly wanted?: number
  /** … and of the work that nobody waits for any more. */
  readonly wasted?: number
}

/** The n-th of an even spread of so many out of one. */
const nth = (n: number, share: number) => Math.floor(n * share) > Math.floor((n - 1) * share)

/** A service in use: what it is asked, and where the limit went. */
export class House {
  readonly places: Places
  #now = 0
  #ended = 0
  #moves: { readonly text: string; readonly grown: boolean }[] = []

  constructor(limit = 40, { limitMin = 1, limitMax = 1_000 } = {}) {
    this.places = new Places({ limit, limitMin, limitMax })
  }

  /** The limits since this was asked last, and when they came: `305 ms: 80`. Where it grew one by one, the last. */
  get moves(): string {
    const moves = this.#moves.splice(0)
    const last = moves.filter(({ grown }, at) => !(grown && moves[at + 1]?.grown))
    return last.map(({ text }) => text).join(', ')
  }

  /** So many departures; the first after a move of the limit belongs to no round. */
  serve(departures: number, service: Service, { inside, wanted = 1, wasted = 0 }: How = {}): this {
    const { places } = this
    for (let n = 0; n < departures; n++) {
      while (places.inFlight < (inside ?? places.limit)) places.started()
      const { limit } = places
      const { ms, apart } = service(places.inFlight)
      this.#now += apart
      this.#ended++
      places.ended(ms, nth(this.#ended, wanted), this.#now, nth(this.#ended, wasted))
      if (places.limit === limit) continue
      this.#moves.push({ text: `${Math.round(this.#now)} ms: ${places.limit}`, grown: places.limit === limit + 1 })
    }
    return this
  }

  /** The first round, with room for all: 50 ms are usual, and the start is over. */
  calm(service: Service = workers(20, 50)): this {
    return this.serve(41, service, CALM)
  }
}

/** Ten at work, for whose places nobody waits. */
export const CALM: How = { inside: 10, wanted: 0 }
