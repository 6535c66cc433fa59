/**
 * Leases: a few places, each held for a limited time.
 *
 * A probe that hangs must not keep its place for ever: opossum with `timeout: false` stays stuck
 * half-open after one hung probe, cockatiel blocks every caller behind it.
 *
 * @module
 */

/** Equal to no holder, so that a refused permit (0) holds nothing. */
const NOBODY = Number.NaN

/** So many places, each given for so many ms. */
export class Leases {
  readonly #holders: Float64Array
  readonly #until: Float64Array

  constructor(places: number) {
    this.#holders = new Float64Array(places).fill(NOBODY)
    this.#until = new Float64Array(places).fill(Number.NEGATIVE_INFINITY)
  }

  /** Takes a free place, else the one lapsed longest, for `holder` (a positive number never used before). */
  take(holder: number, now: number, ms: number): boolean {
    const earliest = this.nextFree()
    if (earliest > now) return false
    const place = this.#until.indexOf(earliest)
    this.#holders[place] = holder
    this.#until[place] = now + ms
    return true
  }

  /** Uses the place up: nobody gets it until `clear()`. `false` if the holder has none (any more). */
  keep(holder: number): boolean {
    const place = this.#holders.indexOf(holder)
    if (place < 0) return false
    this.#holders[place] = NOBODY
    this.#until[place] = Number.POSITIVE_INFINITY
    return true
  }

  /** Gives the place back; `false` if the holder has none (any more). */
  give(holder: number): boolean {
    const place = this.#holders.indexOf(holder)
    if (place < 0) return false
    this.#holders[place] = NOBODY
    this.#until[place] = Number.NEGATIVE_INFINITY
    return true
  }

  holds(holder: number): boolean {
    return this.#holders.includes(holder)
  }

  /** Is a place free at that time? */
  free(at: number): boolean {
    return this.nextFree() <= at
  }

  /** The time at which a place is free, `-Infinity` where one is free now. */
  nextFree(): number {
    return Math.min(...this.#until)
  }

  clear(): void {
    this.#holders.fill(NOBODY)
    this.#until.fill(Number.NEGATIVE_INFINITY)
  }
}
