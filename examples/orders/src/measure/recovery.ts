/**
 * Time to recover: from a fault's end to the first second from which every following second is good again.
 *
 * One good second in the middle of a collapse is not recovery, so every later second watched must be good too.
 *
 * @module
 */
export interface Outcome {
  /** When the order was sent, epoch ms. */
  readonly at: number
  readonly good: boolean
}

/** A second is good from this share of its orders on. */
export const GOOD_SHARE = 0.99

/**
 * @param end of the fault, epoch ms
 * @param until the watch ends here: the next fault, a pause, or the end
 * @returns ms from `end` (whole seconds), or undefined where the watch ended before things were good; seconds
 *   without orders are passed over
 */
export function recoveredAfter(outcomes: readonly Outcome[], end: number, until: number): number | undefined {
  let recovered: number | undefined
  for (let second = Math.ceil((until - end) / 1_000) - 1; second >= 0; second--) {
    const from = end + second * 1_000
    const started = outcomes.filter(({ at }) => from <= at && at < Math.min(from + 1_000, until))
    if (started.length === 0) continue
    if (started.filter(({ good }) => good).length < GOOD_SHARE * started.length) break
    recovered = second * 1_000
  }
  return recovered
}
