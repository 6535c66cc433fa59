/**
 * Histogram: durations in logarithmic buckets, cheap enough for every attempt.
 *
 * An OpenTelemetry histogram costs 2–4 µs a value, more than the guarded call itself; a reservoir or a
 * list of values grows with traffic. Here a value is one addition into a fixed array: no allocation,
 * and two histograms add up bucket by bucket, over operations and instances alike.
 *
 * Four buckets an octave: a bucket's upper bound is 2^¼ = 1.19 times its lower one, so its geometric
 * middle is within 9.1 % of every value in it. This holds from 0.1 ms to 1.8 h; shorter values are
 * counted as "at most 0.1 ms", longer ones as "more than 1.8 h".
 *
 * @module
 */

/** ms. Below this, timers and clocks say little. */
const FIRST = 0.1
export const BUCKETS_PER_OCTAVE = 4
const OCTAVES = 26

/** Upper bounds in ms, inclusive, of all buckets but the last, which has none. */
export const BOUNDS: Float64Array = Float64Array.from(
  { length: OCTAVES * BUCKETS_PER_OCTAVE + 1 },
  (_, bucket) => FIRST * 2 ** (bucket / BUCKETS_PER_OCTAVE),
)

const LAST = FIRST * 2 ** OCTAVES

export class Histogram {
  /** Values in each bucket; doubles, because 32-bit integers run over after a few busy days. */
  readonly buckets = new Float64Array(BOUNDS.length + 1)
  count = 0
  /** ms. */
  sum = 0

  /** @param ms a duration; anything that is not above zero counts as zero */
  observe(ms: number): void {
    this.count++
    if (ms > 0) this.sum += ms
    const bucket = bucketOf(ms)
    this.buckets[bucket] = (this.buckets[bucket] as number) + 1
  }

  /**
   * The duration that a share `q` of the values does not exceed, within 9.1 % (see the module's notes).
   *
   * @param q in [0, 1]
   * @returns ms; `undefined` while there is no value
   * @example
   * const histogram = new Histogram()
   * for (const ms of [10, 10, 10, 500]) histogram.observe(ms)
   * histogram.quantile(0.75) // 10, give or take 9.1 %
   */
  quantile(q: number): number | undefined {
    if (this.count === 0) return undefined
    let left = Math.max(1, Math.ceil(q * this.count))
    let bucket = 0
    while (left > (this.buckets[bucket] as number)) left -= this.buckets[bucket++] as number
    if (bucket === 0) return FIRST
    const lower = BOUNDS[bucket - 1] as number
    return bucket === BOUNDS.length ? lower : Math.sqrt(lower * (BOUNDS[bucket] as number))
  }
}

/** The octave is the number of binary digits, the rest is comparisons: exact, where a logarithm rounds. */
function bucketOf(ms: number): number {
  if (!(ms > FIRST)) return 0
  if (ms > LAST) return BOUNDS.length
  let bucket = (31 - Math.clz32(ms / FIRST)) * BUCKETS_PER_OCTAVE
  while (ms > (BOUNDS[bucket] as number)) bucket++
  return bucket
}
