/**
 * Tally: what is counted while a simulation runs, of one strategy.
 *
 * Nothing here grows with the calls: seconds, buckets and a histogram.
 *
 * @module
 */
import type { StopReason } from 'truce/policy'
import { Histogram } from './histogram.js'

/** A second, ms. */
export const SECOND = 1_000

/** Buckets of one width. Many counts are of the same instant: its bucket is found once. */
class Ruler {
  readonly buckets: number
  readonly #width: number
  #last = -1
  #bucket = 0

  constructor(durationMs: number, width: number) {
    this.buckets = Math.max(1, Math.ceil(durationMs / width))
    this.#width = width
  }

  /** What is later than the end is in the last one. */
  bucketOf(at: number): number {
    if (at !== this.#last) {
      this.#last = at
      this.#bucket = Math.min(this.buckets - 1, Math.floor(at / this.#width))
    }
    return this.#bucket
  }

  /** When the bucket of that instant ends, or a rounding before: later, a time of the next one would be counted in this. */
  endOf(at: number): number {
    return (this.bucketOf(at) + 1) * this.#width * (1 - 2 * Number.EPSILON)
  }
}

/** One number a bucket. */
export class Timeline {
  readonly counts: Float64Array
  readonly #ruler: Ruler

  constructor(ruler: Ruler) {
    this.counts = new Float64Array(ruler.buckets)
    this.#ruler = ruler
  }

  add(at: number, count = 1): void {
    const bucket = this.#ruler.bucketOf(at)
    this.counts[bucket] = (this.counts[bucket] as number) + count
  }

  get peak(): number {
    return this.counts.reduce((most, count) => Math.max(most, count), 0)
  }
}

/** A count in seconds, for peaks, and in the series' buckets: written down in both where one of them ends. */
class Flow {
  readonly #seconds: Timeline
  readonly #buckets: Timeline
  readonly #rulers: readonly [seconds: Ruler, buckets: Ruler]
  #since = 0
  #ends = Number.NEGATIVE_INFINITY
  #count = 0

  constructor(seconds: Ruler, buckets: Ruler) {
    this.#seconds = new Timeline(seconds)
    this.#buckets = new Timeline(buckets)
    this.#rulers = [seconds, buckets]
  }

  /** @param at not before any that was added */
  add(at: number): void {
    if (at >= this.#ends) this.#moveTo(at)
    this.#count++
  }

  get seconds(): Timeline {
    this.#write()
    return this.#seconds
  }

  get buckets(): Timeline {
    this.#write()
    return this.#buckets
  }

  #moveTo(at: number): void {
    this.#write()
    const [seconds, buckets] = this.#rulers
    this.#since = at
    this.#ends = Math.min(seconds.endOf(at), buckets.endOf(at))
  }

  #write(): void {
    this.#seconds.add(this.#since, this.#count)
    this.#buckets.add(this.#since, this.#count)
    this.#count = 0
  }
}

export class Tally {
  readonly attempts: Flow
  readonly retries: Flow
  /** Calls by the second in which they started: all that ended, and those that succeeded. */
  readonly started: Timeline
  readonly startedWell: Timeline
  readonly succeeded: Timeline
  readonly failed: Timeline
  readonly refused: Timeline
  /** Attempts by the dependency that they reached. */
  readonly reached: readonly Flow[]
  readonly latency = new Histogram()
  readonly stops = new Map<StopReason, number>()
  calls = 0
  good = 0
  firstGood = 0
  unsent = 0
  /** Attempts of calls that ended. */
  made = 0
  duplicates = 0

  constructor(durationMs: number, bucketMs: number, dependencies: number) {
    const seconds = new Ruler(durationMs, SECOND)
    const starts = new Ruler(durationMs, SECOND)
    const buckets = new Ruler(durationMs, bucketMs)
    this.attempts = new Flow(seconds, buckets)
    this.retries = new Flow(seconds, buckets)
    this.started = new Timeline(starts)
    this.startedWell = new Timeline(starts)
    this.succeeded = new Timeline(buckets)
    this.failed = new Timeline(buckets)
    this.refused = new Timeline(buckets)
    this.reached = Array.from({ length: dependencies }, () => new Flow(seconds, buckets))
  }

  attempt(number: number, now: number): void {
    this.attempts.add(now)
    if (number > 1) this.retries.add(now)
  }

  ended(began: number, now: number, attempts: number, stop: StopReason, firstSucceeded: boolean): void {
    this.calls++
    this.made += attempts
    this.latency.add(now - began)
    this.started.add(began)
    if (firstSucceeded) this.firstGood++
    if (stop === 'ok') {
      this.good++
      this.startedWell.add(began)
      return this.succeeded.add(now)
    }
    this.stops.set(stop, (this.stops.get(stop) ?? 0) + 1)
    if (attempts > 0) return this.failed.add(now)
    this.unsent++
    this.refused.add(now)
  }
}
