/**
 * Explain: why a call ended, for whoever holds its error.
 *
 * The caller gets the dependency's own error back, the same object, so that `instanceof` and
 * existing handlers keep working. What Truce knows stands beside it, not in it.
 *
 * @module
 */
import type { Certainty, FailureClass } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'

/** Why a call ended, and what is known of its effect. */
export interface Explanation {
  /** Why no further attempt was made. */
  readonly stop: StopReason
  /** Class of the last failure; `undefined` where nothing was sent. */
  readonly class: FailureClass | undefined
  /** `unknown` where any attempt may have taken effect; `not-applied` where none can have; `applied` after a success. */
  readonly certainty: Certainty | 'applied'
  /** Attempts made. */
  readonly attempts: number
  /** ms from the call to its end; `undefined` where nothing of the operation keeps time (no limit, no window). */
  readonly elapsed: number | undefined
  /** When it may be tried again, epoch ms, where that is known. */
  readonly retryAt: number | undefined
  /** The call's idempotency key, given or made: keep it where the call is to be repeated later. */
  readonly key: string | undefined
  /** `unsafe`: what to declare, so that such a call can be repeated. */
  readonly advice?: string | undefined
}

const explanations = new WeakMap<object, Explanation>()

/**
 * Why a call ended with this error (or with this answer, such as a 503 `Response`).
 *
 * @returns `undefined` for what no guard handed up, and for primitives: a thrown string cannot be
 *   told from another; `outcome()` has the same figures for any error
 * @example
 * try {
 *   await reserve.run(send)
 * } catch (error) {
 *   if (explain(error)?.certainty === 'unknown') await markInDoubt(order)
 * }
 */
export function explain(result: unknown): Explanation | undefined {
  return (typeof result === 'object' && result !== null) || typeof result === 'function'
    ? explanations.get(result)
    : undefined
}

/** Notes why a call ended; the latest call that ended with the same object counts. */
export function note(result: unknown, explanation: Explanation): void {
  if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
    explanations.set(result, explanation)
  }
}
