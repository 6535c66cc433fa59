/**
 * Counts: many counters of which any may be next, a byte each.
 *
 * What counts a hundred thousand callers in whole numbers is larger than the cache, and each count waits for memory. So
 * the low byte stands alone; what is carried from it, once in 256 times, goes to a second array, made when there is
 * something to carry.
 *
 * @module
 */
const BASE = 256

export class Counts {
  readonly #low: Uint8Array
  #high: Float64Array | undefined

  constructor(length: number) {
    this.#low = new Uint8Array(length)
  }

  get length(): number {
    return this.#low.length
  }

  /** @returns how many were added there */
  at(place: number): number {
    const low = this.#low[place] as number
    return this.#high === undefined ? low : low + BASE * (this.#high[place] as number)
  }

  /** Adds one. */
  add(place: number): void {
    const low = (this.#low[place] as number) + 1
    this.#low[place] = low
    if (low === BASE) this.#carry(place)
  }

  #carry(place: number): void {
    this.#high ??= new Float64Array(this.#low.length)
    this.#high[place] = (this.#high[place] as number) + 1
  }
}
