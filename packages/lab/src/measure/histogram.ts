/**
 * Histogram: quantiles of millions of times in constant room.
 *
 * Buckets are a double's own exponent and its first ten binary digits: two neighbours differ by less than 0.1 %, and
 * no logarithm is taken.
 *
 * @module
 */
import { Counts } from '../engine/counts.js'

const DIGITS = 10
const SHIFT = 20 - DIGITS
/** From 2⁻²⁰ ms, a nanosecond, to 2³⁶ ms, two years. */
const LOWEST = (1_023 - 20) << DIGITS
const BUCKETS = 56 << DIGITS

export class Histogram {
  readonly #counts = new Counts(BUCKETS)
  readonly #bits = new DataView(new ArrayBuffer(8))
  #total = 0
  #sum = 0

  /** @param ms not negative */
  add(ms: number): void {
    this.#bits.setFloat64(0, ms)
    const bucket = (this.#bits.getInt32(0) >>> SHIFT) - LOWEST
    this.#counts.add(Math.min(BUCKETS - 1, Math.max(0, bucket)))
    this.#total++
    this.#sum += ms
  }

  get total(): number {
    return this.#total
  }

  get mean(): number | null {
    return this.#total === 0 ? null : this.#sum / this.#total
  }

  /** The middle of the bucket that the quantile falls into; `null` where nothing was added. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null
    const wanted = Math.max(1, Math.ceil(share * this.#total))
    let seen = 0
    let at = 0
    for (; at < BUCKETS; at++) {
      seen += this.#counts.at(at)
      if (seen >= wanted) break
    }
    if (at === 0) return 0
    return (this.#bound(at) + this.#bound(at + 1)) / 2
  }

  #bound(at: number): number {
    this.#bits.setUint32(0, (at + LOWEST) << SHIFT)
    this.#bits.setUint32(4, 0)
    return this.#bits.getFloat64(0)
  }
}
