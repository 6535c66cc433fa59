/**
 * Figures: from calls and counts to the numbers of the report.
 *
 * @module
 */
import { BUCKET, type Call, type Counts } from './messages.js'

/** Of calls that ended well from `from` to `to`, a second. */
export function goodput(calls: readonly Call[], from: number, to: number): number {
  const good = calls.filter(({ ok, ended }) => ok && ended >= from && ended < to)
  return good.length / ((to - from) / 1_000)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** Counted from `from` to `to`, a second. */
export function rateOf(buckets: Counts['came'], from: number, to: number): number {
  let sum = 0
  for (let bucket = Math.ceil(from / BUCKET); bucket < Math.floor(to / BUCKET); bucket++) sum += buckets[bucket] ?? 0
  return sum / ((Math.floor(to / BUCKET) - Math.ceil(from / BUCKET)) * (BUCKET / 1_000))
}

/** The most in any second from `from` to `to`. */
export function peakOf(buckets: Counts['came'], from: number, to: number): number {
  const second = 1_000 / BUCKET
  let peak = 0
  for (let first = Math.ceil(from / BUCKET); first + second <= to / BUCKET; first++) {
    let sum = 0
    for (let bucket = first; bucket < first + second; bucket++) sum += buckets[bucket] ?? 0
    peak = Math.max(peak, sum)
  }
  return peak
}

/**
 * ms from the end of an outage to the first quarter of a second from which, until `until`, at least 99 of 100 calls that
 * began then ended well.
 *
 * @returns `null`: to none
 */
export function recoveredAfter(calls: readonly Call[], end: number, until: number): number | null {
  for (let from = end; from <= until - 1_000; from += 250) {
    const begun = calls.filter(({ began }) => began >= from && began < until)
    if (begun.length > 0 && begun.filter(({ ok }) => ok).length >= 0.99 * begun.length) return from - end
  }
  return null
}
