/**
 * Errors of Truce's own. Whoever calls a dependency gets the dependency's own error back; these are
 * for refusals that have none.
 *
 * A copy of this package in another folder throws its own classes: tell them by `isTruceError` and
 * `code`, not by `instanceof`.
 *
 * @module
 */
import { TruceError } from '../options/truce-error.js'
import { type Failure, failure } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'

export { OptionError, show } from '../options/option-error.js'
export { isTruceError, meaningOf, TruceError, type TruceErrorCode } from '../options/truce-error.js'

/** What refused, and when it may be tried again (epoch-free: ms from now), as far as is known. */
export interface Refusal {
  readonly dependency: string
  readonly operation: string
  /** What refused it, in the words of the stop reasons. */
  readonly stop: StopReason
  /** In so many ms it may be tried again; `undefined` where nobody knows. */
  readonly retryIn?: number | undefined
  /** What failed before, where anything was sent. */
  readonly cause?: unknown
  /** The operator's word, where that refused it. */
  readonly by?: { readonly kind: string; readonly who: string; readonly why: string } | undefined
}

/** A guard below refused it, nothing was sent: no word about the dependency. */
const refused = (failureClass: Failure['class'], certainty: Failure['certainty']): Failure =>
  Object.freeze({ class: failureClass, certainty, answered: false, refused: true })

abstract class RefusalError extends TruceError {
  readonly dependency: string
  readonly operation: string
  readonly stop: StopReason
  readonly retryIn: number | undefined
  constructor(message: string, refusal: Refusal) {
    super(message, refusal.cause === undefined ? undefined : { cause: refusal.cause })
    this.dependency = refusal.dependency
    this.operation = refusal.operation
    this.stop = refusal.stop
    this.retryIn = refusal.retryIn
  }
}

const WORDS: Readonly<Record<string, string>> = { 'force-open': 'opened', isolate: 'isolated' }

/** Nothing was sent: the breaker of the dependency is open. */
export class BreakerOpenError extends RefusalError {
  override readonly name = 'BreakerOpenError'
  readonly code = 'TRUCE_BREAKER_OPEN'
  constructor(refusal: Refusal) {
    const { dependency, operation, by } = refusal
    const why = by ? `${WORDS[by.kind]} by ${by.who} (${by.why})` : 'the breaker refuses it'
    super(`${dependency}.${operation} was not sent: ${why}${again(refusal)}`, refusal)
  }
  override get means(): Failure {
    return refused('unavailable', 'not-applied')
  }
}

/** Nothing was sent: the bulkhead is full (`stop: concurrency`) or the governor sheds (`throttled`). */
export class OverloadedError extends RefusalError {
  override readonly name = 'OverloadedError'
  readonly code = 'TRUCE_OVERLOADED'
  constructor(refusal: Refusal) {
    const why =
      refusal.stop === 'concurrency'
        ? 'all slots of its concurrency limit are taken and its queue is full'
        : 'it has timed out lately and its governor sheds calls'
    super(`${refusal.dependency}.${refusal.operation} was not sent: ${why}`, refusal)
  }
  override get means(): Failure {
    return refused('overloaded', 'not-applied')
  }
}

/** The call's deadline has passed, or cannot be met. */
export class DeadlineError extends RefusalError {
  override readonly name = 'DeadlineError'
  readonly code = 'TRUCE_DEADLINE'
  constructor(refusal: Refusal) {
    const { dependency, operation } = refusal
    super(
      `${dependency}.${operation} ran out of time: the nearest of its deadlines (the operation's, the call's, or that ` +
        'of the attempt above) has passed, or leaves too little for an attempt',
      refusal,
    )
  }
  override get means(): Failure {
    return refused('timeout', 'unknown')
  }
}

/** Reason of the signal of an attempt that another one of its call overtook (a hedge, or the one it hedges). */
export class OvertakenError extends TruceError {
  override readonly name = 'OvertakenError'
  readonly code = 'TRUCE_OVERTAKEN'
  constructor(dependency: string, operation: string) {
    super(`another attempt of the same call of ${dependency}.${operation} was faster`)
  }
  override get means(): Failure {
    return failure('aborted', 'unknown', { answered: false })
  }
}

/** An attempt took longer than its timeout, or its stream fell silent. What it did at the other side is not known. */
export class AttemptTimeoutError extends TruceError {
  override readonly name = 'AttemptTimeoutError'
  readonly code = 'TRUCE_ATTEMPT_TIMEOUT'
  /** What it was given, ms: for its answer, or between two chunks of it. */
  readonly timeout: number
  /** @param how what it did not do, or did, for so long */
  constructor(
    dependency: string,
    operation: string,
    timeout: number,
    cause?: unknown,
    how: 'did not answer within' | 'fell silent for' = 'did not answer within',
  ) {
    super(`${dependency}.${operation} ${how} ${Math.round(timeout)} ms`, cause === undefined ? undefined : { cause })
    this.timeout = timeout
  }
  override get means(): Failure {
    return failure('timeout', 'unknown', { answered: false })
  }
}

function again(refusal: Refusal): string {
  return refusal.retryIn === undefined || !Number.isFinite(refusal.retryIn)
    ? ''
    : `; try again in ${Math.ceil(refusal.retryIn)} ms`
}
