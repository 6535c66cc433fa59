/**
 * Errors of Truce's own. Whoever calls a dependency gets the dependency's own error back; these are
 * for refusals that have none.
 *
 * A copy of this package in another folder throws its own classes: tell them by `isTruceError` and
 * `code`, not by `instanceof`.
 *
 * @module
 */
import { type Failure, failure } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'

const BRAND = Symbol.for('truce.error')

/** One a class of error: what to tell them by where a copy of this package threw them. */
export type TruceErrorCode =
  | 'TRUCE_BREAKER_OPEN'
  | 'TRUCE_OVERLOADED'
  | 'TRUCE_DEADLINE'
  | 'TRUCE_ATTEMPT_TIMEOUT'
  | 'TRUCE_OVERTAKEN'
  | 'TRUCE_OPTION'
  | IdempotencyErrorCode

/** Those of `truce/idempotency`. */
export type IdempotencyErrorCode =
  | 'TRUCE_IN_PROGRESS'
  | 'TRUCE_KEY_CONFLICT'
  | 'TRUCE_KEY_EXPIRED'
  | 'TRUCE_KEY_INVALID'
  | 'TRUCE_LEASE_LOST'
  | 'TRUCE_OUTCOME_UNKNOWN'
  | 'TRUCE_PAYLOAD_INVALID'
  | 'TRUCE_REPLAYED_FAILURE'
  | 'TRUCE_RESULT_INVALID'
  | 'TRUCE_RESULT_NOT_KEPT'
  | 'TRUCE_STORE_UNAVAILABLE'

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

/** What all of them are; told by its brand, so that other copies of the package are known too. */
export abstract class TruceError extends Error {
  abstract readonly code: TruceErrorCode
  get [BRAND](): true {
    return true
  }
  /**
   * What it means to a guard above; `undefined`: it does not say. Here, beside its sentence, or every guard would
   * carry the errors of every engine.
   */
  get means(): Failure | undefined {
    return undefined
  }
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

/** An option is wrong: which one, what it was, what is allowed. Thrown at construction. */
export class OptionError extends TruceError {
  override readonly name = 'OptionError'
  readonly code = 'TRUCE_OPTION'
  /** Its path, such as `breaker.cooldown`. */
  readonly option: string
  constructor(option: string, value: unknown, allowed: string) {
    super(`option ${option} is ${show(value)}; allowed: ${allowed}`)
    this.option = option
  }
  override get means(): Failure {
    return failure('invalid', 'not-applied', { answered: false })
  }
}

/** Is it an error of Truce's own, of this or another copy of the package? */
export function isTruceError(error: unknown): error is Error & { readonly code: TruceErrorCode } {
  try {
    if (typeof error !== 'object' || error === null) return false
    const { [BRAND]: branded, code } = error as { [BRAND]?: unknown; code?: unknown }
    return branded === true && typeof code === 'string'
  } catch {
    return false // a proxy that answers no question is none of ours
  }
}

/** What an error of Truce's own means; `undefined` for any other, and for one that does not say. */
export function meaningOf(error: unknown): Failure | undefined {
  return isTruceError(error) ? (error as { readonly means?: Failure }).means : undefined
}

function again(refusal: Refusal): string {
  return refusal.retryIn === undefined || !Number.isFinite(refusal.retryIn)
    ? ''
    : `; try again in ${Math.ceil(refusal.retryIn)} ms`
}

/** The value as a person would write it; never throws, never long, and without the password of an address. */
export function show(value: unknown): string {
  if (typeof value === 'string') return hidden(JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value))
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    const { name } = value.constructor ?? Object
    if (name !== 'Object' && name !== 'Array') return `of class ${name}` // a client shows its settings
    return hidden(JSON.stringify(value).slice(0, 80))
  } catch {
    return 'an object'
  }
}

function hidden(text: string): string {
  return text.replaceAll(/:\/\/[^/\s"]*@/g, '://…@').replaceAll(/("\w*(?:password|secret|token)":)"[^"]*"?/gi, '$1"…"')
}
