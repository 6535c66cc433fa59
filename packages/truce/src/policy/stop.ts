/**
 * Stop reasons: why no further attempt is made. One word each, the same in code, records and metrics.
 *
 * @module
 */

/** Every stop reason. */
export const STOP_REASONS = Object.freeze([
  'ok',
  'permanent',
  'attempts',
  'deadline',
  'budget',
  'breaker',
  'concurrency',
  'throttled',
  'pushback',
  'unsafe',
  'not-replayable',
  'window',
  'not-owner',
  'exhausted-below',
  'aborted',
] as const)

/** Why no further attempt is made. */
export type StopReason = (typeof STOP_REASONS)[number]

/**
 * Stops after which layers above must not repeat the call: this layer did what could be done, or
 * (`unsafe`, `window`) a repeat by whomever could apply the write twice. `not-owner` is not among
 * them, or the owner could never retry; nor is `not-replayable`: a layer above can make a new body.
 */
const EXHAUSTING: ReadonlySet<StopReason> = new Set<StopReason>([
  'attempts',
  'budget',
  'breaker',
  'throttled',
  'deadline',
  'pushback',
  'unsafe',
  'window',
  'exhausted-below',
])

/** Must layers above not repeat the call either? */
export function exhausts(stop: StopReason): boolean {
  return EXHAUSTING.has(stop)
}

/** What ended for a reason that the caller, or a layer above, has to hear is not covered up. */
const HEARD: ReadonlySet<StopReason> = new Set<StopReason>(['ok', 'permanent', 'aborted', 'not-owner'])

/** May a fallback or a cached answer stand in? */
export function standsIn(stop: StopReason): boolean {
  return !HEARD.has(stop)
}

/** Refusals for want of room: background calls wait for it instead of ending. */
export function waitsForRoom(stop: StopReason): boolean {
  return stop === 'breaker' || stop === 'throttled' || stop === 'budget'
}
