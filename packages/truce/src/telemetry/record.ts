/**
 * The attempt record: one shape for production, rehearsal and simulation (CONTRACT 8).
 *
 * @module
 */
import type { Certainty, FailureClass } from '../policy/classify.js'
import type { BreakerState } from '../policy/breaker.js'
import type { StopReason } from '../policy/stop.js'

export type Cause = 'original' | 'retry' | 'hedge' | 'redelivery' | 'probe' | 'end' | 'state'

export interface AttemptRecord {
  readonly v: 1
  readonly side: 'client' | 'server'
  /** Start of the attempt, epoch ms. */
  readonly t: number
  readonly call: string
  /** `CALL#ATTEMPT` of the attempt in which this call was made. */
  readonly parent?: string | undefined
  readonly service: string
  readonly instance?: string | undefined
  readonly dependency: string
  readonly operation: string
  readonly effect: 'read' | 'write'
  readonly layer: string
  /** 1 is the original; 0: refused before any attempt. */
  readonly attempt: number
  readonly cause: Cause
  /** ms between the wish and the start. */
  readonly waited: number
  readonly ms: number
  readonly outcome: 'ok' | FailureClass | 'refused' | BreakerState
  readonly certainty?: Certainty | 'applied' | undefined
  readonly stop?: StopReason | undefined
  /** The attempt's timeout, ms. */
  readonly timeout?: number | undefined
  /** ms waited in a bulkhead. */
  readonly queued?: number | undefined
  readonly source?: 'live' | 'cache' | 'fallback' | undefined
  /** Hash of the idempotency key. */
  readonly key?: string | undefined
  readonly replayed?: boolean | undefined
  readonly trace?: string | undefined
}
