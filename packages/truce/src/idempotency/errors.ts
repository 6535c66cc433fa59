/**
 * Errors of the idempotency engine: one for each thing that a caller must do next.
 *
 * "Try again", "do not try again", "ask somebody" and "send it as it was" are four different orders. A
 * library that answers all of them with one conflict leaves the choice to whoever reads the log at night.
 *
 * @module
 */
import { show, TruceError } from '../guard/errors.js'
import { type Failure, failure } from '../policy/classify.js'
import type { Doubt } from '../policy/idempotency/run.js'

/** Where it happened. */
export interface Keyed {
  readonly operation: string
  readonly key: string
}

/** No answer of the operation: somebody who looks may know better later. */
const NO_ANSWER = /* @__PURE__ */ failure('rejected', 'unknown', { answered: false })

abstract class KeyedError extends TruceError {
  readonly operation: string
  readonly key: string
  constructor(message: string, { operation, key }: Keyed, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.operation = operation
    this.key = key
  }
}

/** Another run has the key and is at work: repeat the call with the same key in `retryIn` ms. */
export class InProgressError extends KeyedError {
  override readonly name = 'InProgressError'
  readonly code = 'TRUCE_IN_PROGRESS'
  /** In so many ms it may be repeated. */
  readonly retryIn: number
  constructor(keyed: Keyed, retryIn: number) {
    super(
      `${keyed.operation}: another call with this key is still running; repeat it with the same key in ${Math.ceil(retryIn)} ms`,
      keyed,
    )
    this.retryIn = retryIn
  }
  override get means(): Failure {
    return failure('conflict', 'not-applied', { retryAfter: this.retryIn })
  }
}

/** The key was used for another payload. Nothing was done: send it as it was, or take a new key for a new wish. */
export class KeyConflictError extends KeyedError {
  override readonly name = 'KeyConflictError'
  readonly code = 'TRUCE_KEY_CONFLICT'
  constructor(keyed: Keyed) {
    super(
      `${keyed.operation}: the key was used before with another payload; repeat it with the same payload, or take a new key`,
      keyed,
    )
  }
  override get means(): Failure {
    return failure('invalid', 'not-applied')
  }
}

/** The key is older than results are remembered: it may have taken effect and been forgotten. Nothing was done. */
export class KeyExpiredError extends KeyedError {
  override readonly name = 'KeyExpiredError'
  readonly code = 'TRUCE_KEY_EXPIRED'
  /** How long keys are remembered, ms. */
  readonly ttl: number
  constructor(keyed: Keyed, ttl: number) {
    super(
      `${keyed.operation}: the key is older than the ${Math.round(ttl)} ms for which results are remembered, and may have ` +
        'taken effect before; find out, and take a new key only for a new wish',
      keyed,
    )
    this.ttl = ttl
  }
  override get means(): Failure {
    return NO_ANSWER
  }
}

/** The key cannot be one. Nothing was done. */
export class InvalidKeyError extends TruceError {
  override readonly name = 'InvalidKeyError'
  readonly code = 'TRUCE_KEY_INVALID'
  constructor(key: unknown, allowed: string) {
    super(`the idempotency key is ${show(key)}; allowed: ${allowed}`)
  }
  override get means(): Failure {
    return failure('invalid', 'not-applied')
  }
}

/** The payload has no fingerprint. Nothing was done. */
export class InvalidPayloadError extends TruceError {
  override readonly name = 'InvalidPayloadError'
  readonly code = 'TRUCE_PAYLOAD_INVALID'
  /** Where in it, such as `payload.lines[2].price`. */
  readonly path: string
  constructor(path: string, what: string) {
    super(`${path} ${what}`)
    this.path = path
  }
  override get means(): Failure {
    return failure('invalid', 'not-applied')
  }
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  before: 'the run before it ended in the dark',
  reconcile: 'its reconcile hook could not tell',
  lease: 'its lease ended before the result was recorded',
  store: 'its result could not be recorded',
  escaped: 'its handler ended the transaction itself',
}

const FIND_OUT = 'find out before it is done again, or give the operation a reconcile hook that does'

/** In a transaction there is no reconcile hook. */
const NEXT: Partial<Readonly<Record<Doubt, string>>> = {
  escaped:
    'look what it wrote, undo or finish that by hand, and take a new key if it is to be done again; then leave BEGIN, ' +
    'COMMIT and ROLLBACK to the store, and use savepoints within',
}

/**
 * Nobody knows whether it took effect, and it is not run again by itself. Look at what it would have
 * changed; a `reconcile` hook does that by itself.
 */
export class OutcomeUnknownError extends KeyedError {
  override readonly name = 'OutcomeUnknownError'
  readonly code = 'TRUCE_OUTCOME_UNKNOWN'
  /** Why nobody knows. */
  readonly why: Doubt
  /** In its mode a repeat with the same key takes effect once, whatever became of this run. */
  readonly repeatable: boolean
  constructor(keyed: Keyed, why: Doubt, repeatable: boolean, cause?: unknown) {
    const next = repeatable ? 'repeat it with the same key' : (NEXT[why] ?? FIND_OUT)
    super(`${keyed.operation}: nobody knows whether it took effect (${DOUBTS[why]}); ${next}`, keyed, cause)
    this.why = why
    this.repeatable = repeatable
  }
  override get means(): Failure {
    return failure(this.repeatable ? 'unavailable' : 'rejected', 'unknown', { answered: false })
  }
}

/** The store could not be asked. Nothing was done: repeat the call with the same key. */
export class StoreUnavailableError extends KeyedError {
  override readonly name = 'StoreUnavailableError'
  readonly code = 'TRUCE_STORE_UNAVAILABLE'
  /** In so many ms it may be repeated. */
  readonly retryIn: number
  constructor(keyed: Keyed, store: string, retryIn: number, cause?: unknown) {
    super(
      `${keyed.operation}: the ${store} store could not be asked, so nothing was done; repeat it with the same key in ` +
        `${Math.ceil(retryIn)} ms`,
      keyed,
      cause,
    )
    this.retryIn = retryIn
  }
  override get means(): Failure {
    return failure('unavailable', 'not-applied', { retryAfter: this.retryIn })
  }
}

/** It took effect before, but its result was too large, or could not be written as text, to be kept. */
export class ResultNotKeptError extends KeyedError {
  override readonly name = 'ResultNotKeptError'
  readonly code = 'TRUCE_RESULT_NOT_KEPT'
  /** @param cause why what was kept cannot be read */
  constructor(keyed: Keyed, cause?: unknown) {
    const what = cause === undefined ? 'was not kept' : 'cannot be read any more'
    super(
      `${keyed.operation}: it took effect before, but its result ${what}; read what it made, or give recall to do so`,
      keyed,
      cause,
    )
  }
  override get means(): Failure {
    return NO_ANSWER
  }
}

/** The handler gave what cannot be kept. It was rolled back: nothing was done. */
export class InvalidResultError extends TruceError {
  override readonly name = 'InvalidResultError'
  readonly code = 'TRUCE_RESULT_INVALID'
  constructor(operation: string, cause: unknown) {
    const what = cause instanceof Error ? cause.message : 'it cannot be written as text'
    super(
      `${operation}: its result cannot be kept, so it was rolled back: ${what}; return plain JSON, or give a codec`,
      {
        cause,
      },
    )
  }
  override get means(): Failure {
    return failure('invalid', 'not-applied')
  }
}

/** Reason of a handler's signal: another worker has the key, or the lease could not be renewed. Stop writing. */
export class LeaseLostError extends KeyedError {
  override readonly name = 'LeaseLostError'
  readonly code = 'TRUCE_LEASE_LOST'
  constructor(keyed: Keyed, why: 'gone' | 'unheard' | 'timeout') {
    const reasons = {
      gone: 'another worker has taken its key over',
      unheard: 'its lease ended, and the store could not be asked to renew it',
      timeout: 'it ran longer than its timeout',
    }
    super(`${keyed.operation}: ${reasons[why]}; what it does from now on may be done twice`, keyed)
  }
}

/** What was kept of an error, so that it can be thrown again elsewhere. */
export interface KeptFailure {
  readonly name: string
  readonly message: string
  readonly class: string
  readonly code?: string | number | undefined
  readonly status?: number | undefined
}

/** It failed for good before, and would again: the failure as it was kept. */
export class ReplayedFailureError extends KeyedError {
  override readonly name = 'ReplayedFailureError'
  readonly code = 'TRUCE_REPLAYED_FAILURE'
  /** The error's own name, message, code, status and class of failure. */
  readonly failure: KeptFailure
  constructor(keyed: Keyed, kept: KeptFailure) {
    super(`${keyed.operation}: it failed before with ${kept.name}: ${kept.message}`, keyed)
    this.failure = kept
  }
  override get means(): Failure {
    return failure('rejected')
  }
}
