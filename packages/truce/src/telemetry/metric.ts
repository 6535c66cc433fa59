/**
 * Metric: the shape of what is counted, for whoever reads it.
 *
 * @module
 */
import { BOUNDS, type Histogram } from './histogram.js'

/** Names and words that tell series apart. */
export type Labels = Readonly<Record<string, string>>

/** A number with its labels. */
export interface Sample {
  readonly labels: Labels
  /** In the unit that the metric's name says. */
  readonly value: number
}

/** Durations with their labels, in seconds. */
export interface Distribution {
  readonly labels: Labels
  readonly count: number
  readonly sum: number
  /** Values of at most `le` and more than the `le` before; the last `le` is Infinity. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[]
}

/** One metric, with all its series. */
export type Metric =
  | {
      readonly name: string
      readonly type: 'counter' | 'gauge'
      readonly help: string
      readonly values: readonly Sample[]
    }
  | {
      readonly name: string
      readonly type: 'histogram'
      readonly help: string
      readonly values: readonly Distribution[]
    }

/** Seconds; rounded, because 0.1 ms · 2^k in seconds shows the noise of doubles. */
const SECONDS: readonly number[] = [
  ...Array.from(BOUNDS, (ms) => Number((ms / 1_000).toPrecision(9))),
  Number.POSITIVE_INFINITY,
]

/** Of a histogram in ms, in seconds. */
export function distribution(labels: Labels, { count, sum, buckets }: Histogram): Distribution {
  return {
    labels,
    count,
    sum: sum / 1_000,
    buckets: SECONDS.map((le, bucket) => ({ le, count: buckets[bucket] ?? 0 })),
  }
}
