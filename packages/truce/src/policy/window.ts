/**
 * Window: counts over the last so many milliseconds, and over the last so many outcomes.
 *
 * A window must expire by the clock, not by traffic. cockatiel's sampling breaker moved on by one
 * bucket per call however long the gap: after an idle hour, a 5 s window still held 40 old samples.
 * And it must cost the same with 100 calls in it as with 100,000: opossum sorts every latency of the
 * window on each failure, 21 ms of blocked event loop in the middle of an outage. So: buckets with
 * running sums; reading a sum is one array read, moving on clears only what ran out.
 *
 * And whoever calls once a minute must not pay for ten buckets: a million processes in a simulation,
 * or a thousand partitions of one, have a window or three each. So only buckets in which something
 * was counted have a row.
 *
 * @module
 */

/** Several counters (columns) over one sliding time span, moved on together. */
export class TimeWindow {
  /**
   * A row of sums, then one for each bucket that has counts, oldest first, the current one last; behind the counts of a
   * bucket that has ended stands its number modulo `buckets`. One array, as to reach a second one costs more than the
   * adding; not a typed one, whose header alone takes 200 bytes.
   */
  #counts: number[]
  readonly #columns: number
  readonly #buckets: number
  readonly #bucketMs: number
  /** Number of the bucket that `now` fell into last, counted from time 0; before the first one −1. */
  #current = -1
  /** Where the current bucket's row begins. */
  #row: number
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
    this.#row = columns
    this.#counts = zeros(2 * columns + 1)
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
    if (cell < 0 || counts[cell] === 0) return
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
    const counts = this.#counts
    let sum = counts[column] as number
    if (at < this.#ends) return sum
    const passed = Math.floor(at / this.#bucketMs) - this.#current
    if (passed >= this.#buckets) return 0
    for (let row = this.#columns; row < this.#row && this.#leaves(row, passed); row += this.#columns + 1) {
      sum -= counts[row + column] as number
    }
    return sum
  }

  clear(): void {
    this.#counts.fill(0)
    this.#row = this.#columns
  }

  #moveTo(now: number): void {
    // Rounded: at the very end of a bucket of a fractional length the quotient may still name that bucket.
    const target = Math.max(this.#current + 1, Math.floor(now / this.#bucketMs))
    const passed = target - this.#current
    if (passed >= this.#buckets) this.clear()
    else this.#pass(passed)
    this.#current = target
    this.#ends = (target + 1) * this.#bucketMs
  }

  /** Drops the rows of buckets that leave, and those without counts; begins one for the bucket that comes. */
  #pass(passed: number): void {
    const columns = this.#columns
    const last = this.#row
    let kept = columns
    this.#counts[last + columns] = this.#current % this.#buckets
    for (let row = columns; row <= last; row += columns + 1) {
      if (this.#leaves(row, passed)) this.#subtract(row)
      else if (this.#moveRow(row, kept)) kept += columns + 1
    }
    this.#begin(kept)
  }

  /** Will the bucket of this row have left once so many more have passed? */
  #leaves(row: number, passed: number): boolean {
    const buckets = this.#buckets
    const age = (this.#current - (this.#counts[row + this.#columns] as number) + buckets) % buckets
    return age + passed >= buckets
  }

  #subtract(row: number): void {
    const counts = this.#counts
    for (let column = 0; column < this.#columns; column++) {
      counts[column] = (counts[column] as number) - (counts[row + column] as number)
    }
  }

  /** @returns whether there was anything to move */
  #moveRow(from: number, to: number): boolean {
    const counts = this.#counts
    let some = false
    for (let column = 0; column <= this.#columns; column++) {
      const count = counts[from + column] as number
      counts[to + column] = count
      if (count !== 0 && column < this.#columns) some = true
    }
    return some
  }

  /** An empty row there, which is the last one. */
  #begin(row: number): void {
    const size = this.#columns + 1
    if (row === this.#counts.length) this.#grow()
    this.#counts.fill(0, row, row + size)
    this.#row = row
  }

  /** Twice as many rows, at most one for each bucket. */
  #grow(): void {
    const rows = (this.#counts.length - this.#columns) / (this.#columns + 1)
    const more = zeros(this.#columns + Math.min(2 * rows, this.#buckets) * (this.#columns + 1))
    for (const [cell, count] of this.#counts.entries()) more[cell] = count
    this.#counts = more
  }

  /** Where the bucket's row begins; far below 0 where it has none. */
  #rowOf(bucket: number): number {
    if (bucket === this.#current) return this.#row
    const number = bucket % this.#buckets
    for (let row = this.#columns; row < this.#row; row += this.#columns + 1) {
      if (this.#counts[row + this.#columns] === number) return row
    }
    return Number.NEGATIVE_INFINITY
  }
}

/** So many and no room beyond: what grows by itself grows by half and sixteen. */
const zeros = (length: number): number[] => Array.from({ length }, () => 0)

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
