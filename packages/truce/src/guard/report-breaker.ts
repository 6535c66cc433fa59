/**
 * Report breaker: a record of every change, between those of the attempts.
 *
 * @module
 */
import type { BreakerState } from '../policy/breaker.js'
import { attempts } from '../telemetry/events.js'
import { callId } from './call-id.js'
import type { Clock } from './clock.js'
import { emitRecord } from './emit-record.js'

/** The dependency whose breaker it is. */
interface Whole {
  readonly service: string
  readonly layer: string
  readonly dependency: string
  readonly clock: Clock
}

/** The breaker changed: a record of its own, between those of the attempts. */
export function reportBreaker({ service, layer, dependency, clock }: Whole, now: number, state: BreakerState): void {
  if (!attempts.active) return
  // The breaker is the dependency's, not an operation's.
  const of = { service, layer, dependency, clock, operation: '*', effect: 'read' } as const
  const facts = { t: now, attempt: 0, cause: 'state', waited: 0, ms: 0 } as const
  emitRecord({ of, call: callId(), key: undefined }, now, facts, { outcome: state })
}
