/**
 * Truce error: what all errors of Truce's own have in common.
 *
 * A service often has two copies of a package installed, and `instanceof` knows the errors of one: so they are told by
 * a brand that both copies share.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'

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
  | ServerErrorCode

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

/** Those of `truce/server`. */
export type ServerErrorCode = 'TRUCE_BODY_TOO_LARGE' | 'TRUCE_CALLER_LEFT' | 'TRUCE_KEY_MISSING'

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
