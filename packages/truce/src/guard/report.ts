/**
 * Report: attempt records for whoever listens; nothing is built while nobody does.
 *
 * @module
 */
import type { BreakerState } from '../policy/breaker.js'
import type { StopReason } from '../policy/stop.js'
import { attempts } from '../telemetry/events.js'
import type { Cause } from '../telemetry/record.js'
import { callId } from './call-id.js'
import type { CallState } from './call-state.js'
import type { Core } from './core.js'
import { keyHash } from './key-hash.js'

/** The latest attempt ended; `stop` where it was the last one. */
export function reportAttempt(call: CallState, now: number, stop?: StopReason): void {
  if (!attempts.active) return
  const { failure, core, given, startedAt } = call
  // One flat literal: spread from parts, a record costs ten times as much.
  attempts.emit({
    v: 1,
    side: 'client',
    t: core.clock.epoch + startedAt,
    call: call.id,
    parent: call.above?.id,
    service: core.service,
    dependency: core.dependency,
    operation: core.operation,
    effect: core.effect,
    layer: core.layer,
    attempt: call.attempt,
    cause: causeOf(call),
    waited: call.waited + call.queuedFor,
    ms: now - startedAt,
    outcome: failure ? failure.class : 'ok',
    certainty: failure ? failure.certainty : 'applied',
    stop,
    timeout: given === Number.POSITIVE_INFINITY ? undefined : given,
    queued: core.bulkhead ? call.queuedFor : undefined,
    source: stop === 'ok' ? 'live' : undefined,
    key: call.key === undefined ? undefined : keyHash(call.key),
  })
}

/** The call ended between attempts: before the first one it was refused, later it carries the end. */
export function reportRefusal(call: CallState, now: number, stop: StopReason): void {
  if (!attempts.active) return
  const { core } = call
  const unsent = call.attempt === 0
  attempts.emit({
    v: 1,
    side: 'client',
    t: core.clock.epoch + now,
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
    key: call.key === undefined ? undefined : keyHash(call.key),
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

function causeOf(call: CallState): Cause {
  if (call.probe) return 'probe'
  return call.attempt === 1 ? 'original' : 'retry'
}
