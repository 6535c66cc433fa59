/**
 * Call state: the facts of a call that its ending and its records are made from.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import type { Failure } from '../policy/classify.js'
import type { CallFacts } from '../policy/retry.js'
import type { AttemptHome } from './attempt.js'
import type { Core } from './core.js'
import type { CallSettings } from './run-options.js'

/** Times are ms on the guard's clock. */
export interface CallState extends CallFacts, AttemptHome {
  readonly core: Core
  readonly settings: CallSettings
  /** The attempt in which this call was made. */
  readonly above: CallContext | undefined
  /** When it began, for marks of exhaustion. */
  readonly moment: number
  /** Attempts made. */
  attempt: number
  began: number
  deadline: number
  aborted: boolean
  /** All waits together, in backoff and in line, ms. */
  waitedInAll: number
  /** Of the latest attempt: ms in the bulkhead's queue, its start, its end, its time, its permit. */
  queuedFor: number
  startedAt: number
  endedAt: number
  given: number
  permit: number
  /** Is the latest attempt a probe of a half-open breaker? */
  probe: boolean
  /** How the latest attempt failed. */
  failure: Failure | undefined
  result: unknown
  threw: boolean
  /** May any of its attempts have taken effect? One that was refused later does not undo an earlier one. */
  inDoubt: boolean
}

/** What tells calls beside each other from calls below each other: their operation. */
export function kinOf(call: CallState): object {
  return call.core.eachItsOwn ? call : call.core
}
