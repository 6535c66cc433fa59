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

/** One number a bucket of time; what is later than its end counts in its last. */
export class Timeline {
  readonly counts: Float64Array
  readonly #width: number

  constructor(durationMs: number, width: number) {
    this.counts = new Float64Array(Math.max(1, Math.ceil(durationMs / width)))
    this.#width = width
  }

  add(at: number): void {
    const bucket = Math.min(this.counts.length - 1, Math.floor(at / this.#width))
    this.counts[bucket] = (this.counts[bucket] as number) + 1
  }

  get peak(): number {
    return this.counts.reduce((most, count) => Math.max(most, count), 0)
  }
}

/** A count in seconds, for peaks, and in the series' buckets. */
class Flow {
  readonly seconds: Timeline
  readonly buckets: Timeline
  constructor(durationMs: number, bucketMs: number) {
    this.seconds = new Timeline(durationMs, SECOND)
    this.buckets = new Timeline(durationMs, bucketMs)
  }
  add(at: number): void {
    this.seconds.add(at)
    this.buckets.add(at)
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
    this.attempts = new Flow(durationMs, bucketMs)
    this.retries = new Flow(durationMs, bucketMs)
    this.started = new Timeline(durationMs, SECOND)
    this.startedWell = new Timeline(durationMs, SECOND)
    this.succeeded = new Timeline(durationMs, bucketMs)
    this.failed = new Timeline(durationMs, bucketMs)
    this.refused = new Timeline(durationMs, bucketMs)
    this.reached = Array.from({ length: dependencies }, () => new Flow(durationMs, bucketMs))
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
