/**
 * Report: attempt records for whoever listens; nothing is built while nobody does.
 *
 * @module
 */
import { leavesDoubt } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { epochOf } from './clock.js'
import type { CallState } from './call-state.js'
import { keyHash } from './key-hash.js'
import type { Lane } from './lane.js'

/** The latest attempt ended; `stop` and `source` where it was the last one. */
export function reportAttempt(call: CallState, now: number, stop?: StopReason, source?: Source): void {
  if (!attempts.active || call.lane === undefined) return
  const { failure, lane } = call
  const outcome = failure ? failure.class : 'ok'
  const certainty = failure ? (leavesDoubt(failure) ? 'unknown' : 'not-applied') : 'applied'
  emit(call, lane, now, outcome, certainty, stop, stop === 'ok' ? 'live' : source)
}

/** A call that the original answered: no more of it was ever made than this. */
export function reportSuccess(call: Reported, original: LaneFacts, now: number): void {
  emit(call, original, now, 'ok', 'applied', 'ok', 'live')
}

/** An attempt that was given up while its call went on. */
export function reportDropped(call: CallState, lane: Lane, now: number): void {
  if (attempts.active) emit(call, lane, now, 'aborted', 'unknown', undefined, undefined)
}

type Source = AttemptRecord['source']
/** What a record says of its call, and of its attempt. */
type Reported = Pick<CallState, 'id' | 'core' | 'settings' | 'above'>
type LaneFacts = Pick<Lane, 'number' | 'cause' | 'startedAt' | 'given' | 'probe' | 'waited' | 'queuedFor'>

function emit(
  call: Reported,
  lane: LaneFacts,
  now: number,
  outcome: AttemptRecord['outcome'],
  certainty: AttemptRecord['certainty'],
  stop: StopReason | undefined,
  source: Source,
): void {
  const { core, settings } = call
  const { startedAt, given, queuedFor } = lane
  // One flat literal: spread from parts, a record costs ten times as much.
  attempts.emit({
    v: 1,
    side: 'client',
    t: epochOf(core.clock, now) + startedAt,
    call: call.id,
    parent: call.above?.id,
    service: core.service,
    dependency: core.dependency,
    operation: core.operation,
    effect: core.effect,
    layer: core.layer,
    attempt: lane.number,
    cause: lane.probe ? 'probe' : lane.cause,
    waited: lane.waited + queuedFor,
    ms: now - startedAt,
    outcome,
    certainty,
    stop,
    timeout: given === Number.POSITIVE_INFINITY ? undefined : given,
    queued: core.bulkhead ? queuedFor : undefined,
    source,
    key: settings.key === undefined ? undefined : keyHash(settings.key),
  })
}

/** The call ended between attempts: before the first one it was refused, later it carries the end. */
export function reportRefusal(call: CallState, now: number, stop: StopReason, source?: Source): void {
  if (!attempts.active) return
  const { core, settings } = call
  const unsent = call.attempt === 0
  attempts.emit({
    v: 1,
    side: 'client',
    t: epochOf(core.clock, now) + now,
    call: call.id,
    parent: call.above?.id,
    service: core.service,
    dependency: core.dependency,
    operation: core.operation,
    effect: core.effect,
    layer: core.layer,
    attempt: call.attempt,
    cause: unsent ? 'original' : 'end',
    waited: unsent ? now - call.began : Math.max(0, now - call.endedAt),
    ms: 0,
    outcome: call.failure && !unsent ? call.failure.class : stop === 'aborted' ? 'aborted' : 'refused',
    certainty: call.inDoubt ? 'unknown' : 'not-applied',
    stop,
    source,
    key: settings.key === undefined ? undefined : keyHash(settings.key),
  })
}
