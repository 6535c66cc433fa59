/**
 * The limits that others publish, as rules: from a limit and what one attempt, or a window of them, was like to the next.
 *
 * @see Netflix, concurrency-limits
 * @module
 */

/** @param inFlight at the end, this one included */
export type Rule = (limit: number, ms: number, dropped: boolean, inFlight: number, now: number) => number

export function vegas(): Rule {
  let least = Number.POSITIVE_INFINITY
  let count = 0
  return (limit, ms, dropped, inFlight) => {
    if (++count > 30 * limit) least = ((count = 0), ms)
    least = Math.min(least, ms)
    const log = Math.max(1, Math.log10(limit))
    if (dropped) return limit - log
    if (inFlight * 2 < limit) return limit
    const queued = Math.ceil(limit * (1 - least / ms))
    return queued <= log ? limit + 6 * log : queued < 3 * log ? limit + log : queued > 6 * log ? limit - log : limit
  }
}

export function gradient2(): Rule {
  let long = 0
  let count = 0
  return (limit, ms, _, inFlight) => {
    count++
    long += (ms - long) * (count <= 10 ? 1 / count : 2 / 601)
    if (long / ms > 2) long *= 0.95
    if (inFlight < limit / 2) return limit
    return limit * 0.8 + 0.2 * (limit * Math.max(0.5, Math.min(1, (1.5 * long) / ms)) + 4)
  }
}
