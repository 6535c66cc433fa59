/**
 * Report: what an execution adds to the counters, and tells those who listen.
 *
 * @module
 */
import type { Clock } from '../guard/clock.js'
import { keyHash } from '../guard/key-hash.js'
import type { Run, RunAnswer } from '../policy/idempotency/run.js'
import { executions } from '../telemetry/events.js'
import type { IdempotencyCounters, IdempotencyEnd } from '../telemetry/idempotency.js'
import type { CheckedRequest } from './request.js'

/** What an execution knows of itself at its end. */
export interface Reported {
  readonly counters: IdempotencyCounters
  readonly run: Run
  readonly clock: Clock
  readonly service: string
  readonly request: CheckedRequest
  /** When it was asked for, on the clock. */
  readonly began: number
  /** ms spent waiting for another run. */
  waited: number
  /** Did it meet another run at work? */
  met: boolean
}

/** Its caller is told. */
export function reportEnd(reported: Reported, answer: RunAnswer): void {
  const { counters, run } = reported
  const end = endOf(answer)
  if (answer.is === 'in-progress' || reported.met) counters.inProgress++
  if (answer.is === 'ended') counters.executed++
  if (isReused(answer, run) || reported.met || run.granted?.takeover === true) counters.reused++
  if (isPrevented(answer, run)) counters.prevented++
  if (end === 'unknown') counters.unknown++
  if (end === 'conflict') counters.conflicts++
  if (end === 'expired') counters.expired++
  if (end === 'unavailable') counters.unavailable++
  emit(reported, end, answer.is === 'replayed')
}

/** Its caller has left. */
export function reportGone(reported: Reported): void {
  emit(reported, 'abandoned', false)
}

/** Did the store know the key before? */
function isReused(answer: RunAnswer, run: Run): boolean {
  return isPrevented(answer, run) || answer.is === 'mismatch' || (answer.is === 'unknown' && answer.why === 'before')
}

/** Would the work have been done again without the store? */
function isPrevented(answer: RunAnswer, run: Run): boolean {
  if (answer.is === 'reconciled') return true
  // Whoever ran, and lost its key, is told of the other run too: it prevented nothing.
  return (answer.is === 'replayed' || answer.is === 'in-progress') && run.granted === undefined
}

function endOf(answer: RunAnswer): IdempotencyEnd {
  switch (answer.is) {
    case 'ended':
      if (answer.kept === undefined) return 'unguarded'
      if (answer.kept === 'unknown') return 'unknown'
      return answer.kept === 'store' ? 'executed' : 'failed'
    case 'mismatch':
      return 'conflict'
    case 'rolled-back':
      return 'failed'
    default:
      return answer.is
  }
}

function emit(reported: Reported, end: IdempotencyEnd, replayed: boolean): void {
  if (!executions.active) return
  const { run, clock, service, request, began, waited } = reported
  executions.emit({
    t: clock.epoch + began,
    service,
    operation: request.operation,
    key: keyHash(request.key),
    mode: request.mode,
    end,
    replayed,
    ms: clock.now() - began,
    waited,
    takeover: run.granted?.takeover ?? false,
  })
}
