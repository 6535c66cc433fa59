/**
 * Report: attempt records for whoever listens; nothing is built while nobody does.
 *
 * @module
 */
import { leavesDoubt } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import type { CallState } from './call-state.js'
import { emitRecord, type Facts, type Verdict, type Whose } from './emit-record.js'
import type { LaneFacts } from './lane.js'

/** The latest attempt ended; `stop` and `source` where it was the last one. */
export function reportAttempt(call: CallState, now: number, stop?: StopReason, source?: Source): void {
  if (!attempts.active || call.lane === undefined) return
  const { failure, lane } = call
  const outcome = failure ? failure.class : 'ok'
  const certainty = failure ? (leavesDoubt(failure) ? 'unknown' : 'not-applied') : 'applied'
  emitLane(call, lane, now, { outcome, certainty, stop, source: stop === 'ok' ? 'live' : source })
}

/** A call that the original answered: no more of it was ever made than this. */
export function reportSuccess(call: Reported, original: LaneFacts, now: number): void {
  emitLane(call, original, now, OK)
}
const OK: Verdict = { outcome: 'ok', certainty: 'applied', stop: 'ok', source: 'live' }

/** An attempt that was given up while its call went on. */
export function reportDropped(call: CallState, lane: LaneFacts, now: number): void {
  if (attempts.active) emitLane(call, lane, now, DROPPED)
}
const DROPPED: Verdict = { outcome: 'aborted', certainty: 'unknown', stop: undefined, source: undefined }

/** The call ended between attempts: before the first one it was refused, later it carries the end. */
export function reportRefusal(call: CallState, now: number, stop: StopReason, source?: Source): void {
  if (!attempts.active) return
  const unsent = call.attempt === 0
  const outcome = call.failure && !unsent ? call.failure.class : stop === 'aborted' ? 'aborted' : 'refused'
  const certainty = call.inDoubt ? 'unknown' : 'not-applied'
  const waited = unsent ? now - call.began : Math.max(0, now - call.endedAt)
  const { attempt } = call
  const cause = unsent ? 'original' : 'end'
  const facts = { t: now, attempt, cause, waited, ms: 0, timeout: undefined, queued: undefined } as const
  emitRecord(whose(call), now, facts, { outcome, certainty, stop, source })
}

type Source = AttemptRecord['source']
/** What a record says of its call, and of its attempt. */
type Reported = Pick<CallState, 'callId' | 'core' | 'settings' | 'above'>
function emitLane(call: Reported, lane: LaneFacts, now: number, verdict: Verdict): void {
  const { startedAt, given, queuedFor } = lane
  const facts: Facts = {
    t: startedAt,
    attempt: lane.number,
    cause: lane.probe ? 'probe' : lane.cause,
    waited: lane.waited + queuedFor,
    ms: now - startedAt,
    timeout: given === Number.POSITIVE_INFINITY ? undefined : given,
    queued: call.core.bulkhead ? queuedFor : undefined,
  }
  emitRecord(whose(call), now, facts, verdict)
}

function whose({ callId, core, settings, above }: Reported): Whose {
  return { of: core, call: callId, parent: above?.id, key: settings.key }
}
