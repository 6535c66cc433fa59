/**
 * Report: attempt records for whoever listens; nothing is built while nobody does.
 *
 * @module
 */
import type { BreakerState } from '../policy/breaker.js'
import type { StopReason } from '../policy/stop.js'
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord, Cause } from '../telemetry/record.js'
import { callId } from './call-id.js'
import type { CallState } from './call-state.js'
import type { Core } from './core.js'
import { keyHash } from './key-hash.js'

/** The latest attempt ended; `stop` where it was the last one. */
export function reportAttempt(call: CallState, now: number, stop?: StopReason): void {
  if (!attempts.active) return
  const { failure, core } = call
  attempts.emit({
    ...base(call, call.startedAt),
    attempt: call.attempt,
    cause: causeOf(call),
    waited: call.waited + call.queuedFor,
    ms: now - call.startedAt,
    outcome: failure ? failure.class : 'ok',
    certainty: failure ? failure.certainty : 'applied',
    stop,
    timeout: call.given === Number.POSITIVE_INFINITY ? undefined : call.given,
    queued: core.bulkhead ? call.queuedFor : undefined,
    source: stop === 'ok' ? 'live' : undefined,
  })
}

/** The call ended between attempts: before the first one it was refused, later it carries the end. */
export function reportRefusal(call: CallState, now: number, stop: StopReason): void {
  if (!attempts.active) return
  const began = call.attempt === 0
  attempts.emit({
    ...base(call, now),
    attempt: call.attempt,
    cause: began ? 'original' : 'end',
    waited: began ? now - call.began : Math.max(0, now - call.endedAt),
    ms: 0,
    outcome: call.failure && !began ? call.failure.class : stop === 'aborted' ? 'aborted' : 'refused',
    certainty: call.inDoubt ? 'unknown' : 'not-applied',
    stop,
  })
}

/** The breaker changed: a record of its own, between those of the attempts. */
export function reportBreaker(
  core: Pick<Core, 'service' | 'layer' | 'dependency' | 'clock'>,
  now: number,
  state: BreakerState,
): void {
  if (!attempts.active) return
  attempts.emit({
    v: 1,
    side: 'client',
    t: core.clock.epoch + now,
    call: callId(),
    service: core.service,
    dependency: core.dependency,
    // The breaker is the dependency's, not an operation's.
    operation: '*',
    effect: 'read',
    layer: core.layer,
    attempt: 0,
    cause: 'state',
    waited: 0,
    ms: 0,
    outcome: state,
  })
}

function base(
  call: CallState,
  at: number,
): Pick<
  AttemptRecord,
  'v' | 'side' | 't' | 'call' | 'parent' | 'service' | 'dependency' | 'operation' | 'effect' | 'layer' | 'key'
> {
  const { core, above } = call
  return {
    v: 1,
    side: 'client',
    t: core.clock.epoch + at,
    call: call.id,
    parent: above?.id,
    service: core.service,
    dependency: core.dependency,
    operation: core.operation,
    effect: core.effect,
    layer: core.layer,
    key: call.key === undefined ? undefined : keyHash(call.key),
  }
}

function causeOf(call: CallState): Cause {
  if (call.probe) return 'probe'
  return call.attempt === 1 ? 'original' : 'retry'
}
