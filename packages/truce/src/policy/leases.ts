/**
 * Leases: a few places, each held for a limited time.
 *
 * A probe that hangs must not keep its place for ever: opossum with `timeout: false` stays stuck
 * half-open after one hung probe, cockatiel blocks every caller behind it.
 *
 * @module
 */

/** No holder: permits are above 0, and a refused one (0) holds nothing. */
const NOBODY = -1

/** So many places, each given for so many ms. */
export class Leases {
  readonly #count: number
  /** From the first that is taken on: most breakers never open, and a place that nobody has had is free. */
  #places: Places | undefined

  constructor(places: number) {
    this.#count = places
  }

  /** Takes a free place, else the one lapsed longest, for `holder` (a positive number never used before). */
  take(holder: number, now: number, ms: number): boolean {
    const { holders, until } = (this.#places ??= placesOf(this.#count))
    const earliest = Math.min(...until)
    if (earliest > now) return false
    const place = until.indexOf(earliest)
    holders[place] = holder
    until[place] = now + ms
    return true
  }

  /** Uses the place up: nobody gets it until `clear()`. `false` if the holder has none (any more). */
  keep(holder: number): boolean {
    return this.#end(holder, Number.POSITIVE_INFINITY)
  }

  /** Gives the place back; `false` if the holder has none (any more). */
  give(holder: number): boolean {
    return this.#end(holder, Number.NEGATIVE_INFINITY)
  }

  holds(holder: number): boolean {
    return this.#places !== undefined && this.#places.holders.includes(holder)
  }

  /** Is a place free at that time? */
  free(at: number): boolean {
    return this.nextFree() <= at
  }

  /** The time at which a place is free, `-Infinity` where one is free now. */
  nextFree(): number {
    return this.#places === undefined ? Number.NEGATIVE_INFINITY : Math.min(...this.#places.until)
  }

  /** Has nobody a place within its time, and has none been used up? */
  unused(now: number): boolean {
    return this.#places === undefined || Math.max(...this.#places.until) <= now
  }

  clear(): void {
    this.#places = undefined
  }

  /** @param until when the place is free again */
  #end(holder: number, until: number): boolean {
    if (this.#places === undefined) return false
    const place = this.#places.holders.indexOf(holder)
    if (place < 0) return false
    this.#places.holders[place] = NOBODY
    this.#places.until[place] = until
    return true
  }
}

/** Of each place: who has it, and until when. */
interface Places {
  readonly holders: number[]
  readonly until: number[]
}

const placesOf = (count: number): Places => ({
  holders: Array.from({ length: count }, () => NOBODY),
  until: Array.from({ length: count }, () => Number.NEGATIVE_INFINITY),
})
