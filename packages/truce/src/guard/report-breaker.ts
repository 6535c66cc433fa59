/**
 * Report breaker: a record of every change, between those of the attempts.
 *
 * @module
 */
import type { BreakerState } from '../policy/breaker.js'
import { attempts } from '../telemetry/events.js'
import { callId } from './call-id.js'
import { type Clock, epochOf } from './clock.js'

/** The breaker changed: a record of its own, between those of the attempts. */
export function reportBreaker(
  of: { readonly service: string; readonly layer: string; readonly dependency: string; readonly clock: Clock },
  now: number,
  state: BreakerState,
): void {
  if (!attempts.active) return
  attempts.emit({
    v: 1,
    side: 'client',
    t: epochOf(of.clock, now) + now,
    call: callId(),
    service: of.service,
    dependency: of.dependency,
    // The breaker is the dependency's, not an operation's.
    operation: '*',
    effect: 'read',
    layer: of.layer,
    attempt: 0,
    cause: 'state',
    waited: 0,
    ms: 0,
    outcome: state,
  })
}
