/**
 * The attempt record: one shape for production, rehearsal and simulation, so that what was rehearsed can be
 * compared with what happened.
 *
 * @module
 */
import type { Certainty, FailureClass } from '../policy/classify.js'
import type { BreakerState } from '../policy/breaker.js'
import type { StopReason } from '../policy/stop.js'

/**
 * Why the attempt was made: the call's first, after a failed one, or beside a late one; a message delivered
 * again, or a probe. `end` and `state` tell of no attempt: how a call ended, and what became of a breaker.
 */
export type Cause = 'original' | 'retry' | 'hedge' | 'redelivery' | 'probe' | 'end' | 'state'

/** One attempt, or one call that was refused before any. The last record of a call has its `stop`. */
export interface AttemptRecord {
  /** Version of this shape. */
  readonly v: 1
  /** Whose view it is: who called, or who was called. */
  readonly side: 'client' | 'server'
  /** Start of the attempt, epoch ms. */
  readonly t: number
  /** The call; all its attempts have the same. */
  readonly call: string
  /** `CALL#ATTEMPT` of the attempt in which this call was made. */
  readonly parent?: string | undefined
  /** The service that calls; `''` where it did not say. */
  readonly service: string
  /** Which of its processes. */
  readonly instance?: string | undefined
  /** What is called. */
  readonly dependency: string
  /** The action on it. */
  readonly operation: string
  /** Does it change anything there? */
  readonly effect: 'read' | 'write'
  /** The layer of retries that made it. */
  readonly layer: string
  /** 1 is the original; 0: refused before any attempt. */
  readonly attempt: number
  /** Why it was made. */
  readonly cause: Cause
  /** ms between the wish and the start. */
  readonly waited: number
  /** How long it took, ms. */
  readonly ms: number
  /** `ok`, the class of its failure, `refused` before it was sent; with the cause `state`, the breaker's new state. */
  readonly outcome: 'ok' | FailureClass | 'refused' | BreakerState
  /** What it did at the other side, as far as is known. */
  readonly certainty?: Certainty | 'applied' | undefined
  /** Why no further attempt was made; on the last record of a call alone. */
  readonly stop?: StopReason | undefined
  /** The attempt's timeout, ms. */
  readonly timeout?: number | undefined
  /** ms waited in a bulkhead. */
  readonly queued?: number | undefined
  /** Where the caller's answer came from; on the last record of a call alone. */
  readonly source?: 'live' | 'cache' | 'fallback' | undefined
  /** Hash of the idempotency key. */
  readonly key?: string | undefined
  /** Did the other side answer with what it had kept under this key, without doing it again? */
  readonly replayed?: boolean | undefined
  /** Trace ID, where the process has tracing. */
  readonly trace?: string | undefined
}
