/**
 * Core: all that the calls of one operation share, settled at construction.
 *
 * @module
 */
import type { Classifier, Failure } from '../policy/classify.js'
import { failure, isFailureClass, UNRECOGNISED } from '../policy/classify.js'
import type { Bulkhead, Waiter } from '../policy/concurrency.js'
import type { DependencyPolicy } from '../policy/dependency.js'
import type { Quantile } from '../policy/quantile.js'
import type { Random } from '../policy/random.js'
import type { RetryRules } from '../policy/retry.js'
import type { OperationCounters } from '../telemetry/counters.js'
import { LONGEST_WAIT } from '../http/semantics/retry-after.js'
import type { Clock } from './clock.js'
import { isTruceError } from './errors.js'
import type { WaitingRoom } from './waiting-room.js'
import type { Wheel } from './wheel.js'

/** Who stands in the bulkhead's queue. */
export interface Queued extends Waiter {
  /** The slot of the one who left is yours. */
  dequeued(now: number): void
}

export interface Core {
  readonly service: string
  readonly layer: string
  readonly dependency: string
  readonly operation: string
  readonly effect: 'read' | 'write'
  readonly policy: DependencyPolicy
  readonly rules: RetryRules
  /** ms; `Infinity` for none. */
  readonly attemptTimeout: number
  /** ms; `Infinity` for none. */
  readonly deadline: number
  /** How long an attempt as a probe may keep its place, ms: its timeout; where it has none of its own, the breaker's lease. */
  readonly lease: number
  /** Does the deadline end a running attempt, or only stop new ones? */
  readonly deadlineCuts: boolean
  /** The layer that retries; `undefined`: the lowest with a guard. */
  readonly owner: string | undefined
  /** Is each call an operation of its own, as those of `retry()` are? */
  readonly eachItsOwn: boolean
  readonly bulkhead: Bulkhead<Queued> | null
  readonly waitingRoom: WaitingRoom | null
  /** The user's, then the built-in one, which always answers. */
  readonly classifiers: readonly Classifier[]
  readonly clock: Clock
  readonly wheel: Wheel
  readonly random: Random
  readonly counters: OperationCounters
  /** Median of what successes took, ms. */
  readonly latency: Quantile
  /** The breaker may have gone from one state to another. */
  breakerChanged(now: number): void
  /** An attempt ended: tells of the breaker where it moved, or has not come to rest yet. */
  breakerMoved(now: number, changed: boolean): void
  /** A call ended well: background calls that wait may look. */
  roomReturned(now: number): void
}

/** What the guard knows without asking a classifier. */
export const TIMED_OUT: Failure = Object.freeze({ class: 'timeout', certainty: 'unknown', answered: false })
export const ABORTED: Failure = Object.freeze({ class: 'aborted', certainty: 'unknown', answered: false })
export const EXHAUSTED: Failure = Object.freeze({ class: 'exhausted', certainty: 'unknown', answered: false })

/** The function gave up by itself, for reasons of its own: no word about the dependency. */
const GAVE_UP: Failure = Object.freeze({ class: 'aborted', certainty: 'unknown', answered: false })

/** Judges how an attempt ended; `undefined` is success. */
export function judge(classifiers: readonly Classifier[], result: unknown, threw: boolean): Failure | undefined {
  const own = threw ? judgeOwn(result) : undefined
  if (own) return own
  for (const classifier of classifiers) {
    const verdict = ask(classifier, result, threw)
    if (verdict === 'ok') return undefined
    if (verdict === UNRECOGNISED && isAbortError(result)) return GAVE_UP
    if (verdict !== undefined) return verdict
  }
  return threw ? UNRECOGNISED : undefined
}

function isAbortError(error: unknown): boolean {
  try {
    return (error as Error | undefined)?.name === 'AbortError'
  } catch {
    return false
  }
}

/** What a guard below refused or gave up: its error says more than any classifier could guess. */
function judgeOwn(error: unknown): Failure | undefined {
  if (!isTruceError(error)) return undefined
  switch (error.code) {
    case 'TRUCE_OVERLOADED':
      return { class: 'overloaded', certainty: 'not-applied', answered: false, refused: true }
    case 'TRUCE_BREAKER_OPEN':
      return { class: 'unavailable', certainty: 'not-applied', answered: false, refused: true }
    case 'TRUCE_DEADLINE':
      return { class: 'timeout', certainty: 'unknown', answered: false, refused: true }
    case 'TRUCE_ATTEMPT_TIMEOUT':
      return { class: 'timeout', certainty: 'unknown', answered: false }
    case 'TRUCE_OPTION':
      return { class: 'invalid', certainty: 'not-applied', answered: false }
  }
}

/** A classifier that throws, or answers what is no answer, passes on: its bug must not lose the result. */
function ask(classifier: Classifier, result: unknown, threw: boolean): Failure | 'ok' | undefined {
  try {
    const verdict = classifier(result, threw)
    if (verdict === 'ok' || verdict === undefined) return verdict
    if (isFailureClass(verdict)) return failure(verdict)
    return isFailureClass(verdict?.class) ? whole(verdict) : undefined
  } catch {
    return undefined
  }
}

/** What a classifier left out or got wrong is taken for the careful answer: nobody knows. */
function whole(verdict: Failure): Failure {
  const { certainty, answered, retryAfter } = verdict
  const fit = certainty === 'unknown' || certainty === 'not-applied'
  const wait =
    retryAfter === undefined || (typeof retryAfter === 'number' && retryAfter >= 0 && retryAfter <= LONGEST_WAIT)
  if (fit && wait && typeof answered === 'boolean') return verdict
  return {
    class: verdict.class,
    certainty: fit ? certainty : 'unknown',
    answered: typeof answered === 'boolean' ? answered : true,
    ...(wait && retryAfter !== undefined && { retryAfter }),
    ...(verdict.retry === false && { retry: false }),
    ...(verdict.refused === true && { refused: true }),
  }
}
