/**
 * Window: counts over the last so many milliseconds, and over the last so many outcomes.
 *
 * A window must expire by the clock, not by traffic. cockatiel's sampling breaker moved on by one
 * bucket per call however long the gap: after an idle hour, a 5 s window still held 40 old samples.
 * And it must cost the same with 100 calls in it as with 100,000: opossum sorts every latency of the
 * window on each failure, 21 ms of blocked event loop in the middle of an outage. So: a ring of
 * buckets with running sums; reading a sum is one array read, moving on clears only what ran out.
 *
 * @module
 */

/** Several counters (columns) over one sliding time span, moved on together. */
export class TimeWindow {
  /** A row of sums, then one of `columns` counters for each bucket. One array: to reach a second one costs more than the adding. */
  readonly #counts: Int32Array
  readonly #columns: number
  readonly #buckets: number
  readonly #bucketMs: number
  /** Number of the bucket that `now` fell into last, counted from time 0. */
  #current = Number.NEGATIVE_INFINITY
  /** Where the current bucket's row begins, kept because the remainder costs more than the counting. */
  #row = 0
  #ends = Number.NEGATIVE_INFINITY

  /**
   * @param span    milliseconds that the window covers (to within one bucket)
   * @param columns how many counters
   * @param buckets resolution; 10 keeps the error of the span below 10 %
   */
  constructor(span: number, columns: number, buckets = 10) {
    this.#columns = columns
    this.#buckets = buckets
    this.#bucketMs = span / buckets
    this.#counts = new Int32Array((buckets + 1) * columns)
  }

  /** When the current bucket ends: until then, moving on is one comparison. */
  get ends(): number {
    return this.#ends
  }

  /** Adds to a counter at a time. Time that runs backwards counts as the current bucket. */
  add(column: number, now: number, count = 1): void {
    if (now >= this.#ends) this.#moveTo(now)
    this.addLatest(column, count)
  }

  /** Adds what came before the current bucket ended. */
  addLatest(column: number, count: number): void {
    const counts = this.#counts
    ;(counts[this.#row + column] as number) += count
    ;(counts[column] as number) += count
  }

  /** Forgets what has run out. */
  moveOn(now: number): void {
    if (now >= this.#ends) this.#moveTo(now)
  }

  /** Takes back one that was added at `then`; nothing happens where that has left the window already. */
  takeBack(column: number, then: number, now: number): void {
    if (now >= this.#ends) this.#moveTo(now)
    const bucket = Math.min(this.#current, Math.floor(then / this.#bucketMs))
    if (bucket <= this.#current - this.#buckets || bucket < 0) return
    const counts = this.#counts
    const cell = this.#rowOf(bucket) + column
    // Counted elsewhere (time ran backwards, or the window was cleared): that leaves by the clock.
    if (counts[cell] === 0) return
    counts[cell] = (counts[cell] as number) - 1
    counts[column] = (counts[column] as number) - 1
  }

  /** The counter's sum over the window that ends now. */
  sum(column: number, now: number): number {
    if (now >= this.#ends) this.#moveTo(now)
    return this.#counts[column] as number
  }

  /** The counter's sum as of the latest change, however long ago. */
  latest(column: number): number {
    return this.#counts[column] as number
  }

  /** The counter's sum as it will be at a later time if nothing is added. Changes nothing. */
  peek(column: number, at: number): number {
    let sum = this.#counts[column] as number
    if (at < this.#ends) return sum
    const passed = Math.floor(at / this.#bucketMs) - this.#current
    if (passed >= this.#buckets) return 0
    for (let step = 1; step <= passed; step++) {
      sum -= this.#counts[this.#rowOf(this.#current + step) + column] as number
    }
    return sum
  }

  clear(): void {
    this.#counts.fill(0)
  }

  #moveTo(now: number): void {
    const target = Math.max(0, Math.floor(now / this.#bucketMs))
    const passed = target - this.#current
    if (passed >= this.#buckets) this.clear()
    else for (let bucket = this.#current + 1; bucket <= target; bucket++) this.#empty(this.#rowOf(bucket))
    this.#current = target
    this.#row = this.#rowOf(target)
    this.#ends = (target + 1) * this.#bucketMs
  }

  #rowOf(bucket: number): number {
    return ((bucket % this.#buckets) + 1) * this.#columns
  }

  #empty(row: number): void {
    const counts = this.#counts
    for (let column = 0; column < this.#columns; column++) {
      counts[column] = (counts[column] as number) - (counts[row + column] as number)
      counts[row + column] = 0
    }
  }
}

/** The last `size` outcomes, whenever they came, each a small bit set; a running count per bit. */
export class CountWindow {
  readonly #ring: Uint8Array
  readonly #sums: Int32Array
  #next = 0
  #filled = 0

  /** @param size outcomes remembered @param bits how many flags an outcome has (at most 8) */
  constructor(size: number, bits: number) {
    this.#ring = new Uint8Array(size)
    this.#sums = new Int32Array(bits)
  }

  /** Remembers an outcome by its flags and forgets the oldest one. */
  push(flags: number): void {
    const old = this.#ring[this.#next] as number
    this.#ring[this.#next] = flags
    this.#next = (this.#next + 1) % this.#ring.length
    if (this.#filled < this.#ring.length) this.#filled++
    for (let bit = 0; bit < this.#sums.length; bit++) {
      this.#sums[bit] = (this.#sums[bit] as number) + ((flags >> bit) & 1) - ((old >> bit) & 1)
    }
  }

  /** How many remembered outcomes carry the flag. */
  count(bit: number): number {
    return this.#sums[bit] as number
  }

  /** How many outcomes are remembered, at most `size`. */
  get total(): number {
    return this.#filled
  }

  clear(): void {
    this.#ring.fill(0)
    this.#sums.fill(0)
    this.#next = 0
    this.#filled = 0
  }
}
