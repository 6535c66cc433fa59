/**
 * Deadline: how much time is left, for whom.
 *
 * Deadlines nest: a call never outlives its caller, and an attempt never outlives its call. What
 * travels to the dependency is the time of the *attempt*, not of the call: a server that knows only
 * the call's deadline goes on working for attempts that were given up long ago (in simulation, to
 * send the attempt's own time and drop what ran out lifts 22 % success to 89 % after a freeze).
 *
 * All times are milliseconds on one monotonic clock; no deadline is `Infinity`.
 *
 * @module
 */

/** What is held back of the time left, and what an attempt needs of it. */
export const DEADLINE = Object.freeze({
  /** Share of the attempt's time held back for the way home. */
  margin: 0.05,
  /** At most this much is held back, ms. */
  marginMax: 50,
  /** Least time in which an attempt can succeed, ms, until the dependency's median is known. */
  least: 10,
})

/** The smallest of the caller's deadline and the operation's own, counted from `now`. */
export function effectiveDeadline(now: number, own: number, callers: number): number {
  return Math.min(now + own, callers)
}

/** How long an attempt that starts now may take. */
export function attemptTime(now: number, attemptTimeout: number, deadline: number): number {
  return Math.min(attemptTimeout, deadline - now)
}

/** Time to tell the dependency: the attempt's, less a margin, so that the callee never outlives it. */
export function travellingTime(attemptMs: number): number {
  return Math.max(0, attemptMs - Math.min(DEADLINE.marginMax, DEADLINE.margin * attemptMs))
}

/** Can an attempt that starts after `delay` still succeed? `least`: what one takes at the least. */
export function fits(now: number, delay: number, least: number, deadline: number): boolean {
  return now + delay + least <= deadline
}

/**
 * Did the call's deadline, not the operation's attempt timeout, end the attempt before half of that
 * timeout? Such an attempt says nothing of the dependency: it was never given its time.
 */
export function cutShort(attemptMs: number, attemptTimeout: number): boolean {
  return attemptMs < attemptTimeout / 2
}
