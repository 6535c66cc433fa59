/**
 * Classify: what a failed attempt means.
 *
 * Two axes that other libraries fold into one "retryable?" boolean. The *class* says whether trying
 * again can help; the *certainty* says whether trying again can hurt. A write that was reset in
 * mid-flight is transient **and** may have been applied: repeated blindly it charges a card twice.
 *
 * This file is the vocabulary; what the errors and answers of a protocol mean is said where the
 * protocol lives (`http/semantics`, `classifiers`).
 *
 * @module
 */

/** Failures that may pass by themselves: another attempt can succeed. */
export const TRANSIENT = Object.freeze(['timeout', 'unavailable', 'overloaded', 'conflict', 'internal'] as const)

/** Failures that another attempt cannot change. */
export const PERMANENT = Object.freeze(['invalid', 'unauthorized', 'not-found', 'rejected'] as const)

/** A class of `TRANSIENT`. */
export type TransientClass = (typeof TRANSIENT)[number]
/** A class of `PERMANENT`. */
export type PermanentClass = (typeof PERMANENT)[number]

/** `exhausted`: a layer below already spent its retries. `aborted`: the caller left. */
export type FailureClass = TransientClass | PermanentClass | 'exhausted' | 'aborted'

/** What a failed attempt did at the other side: nothing for sure, or nobody knows. */
export type Certainty = 'not-applied' | 'unknown'

/** A failed attempt, judged. */
export interface Failure {
  /** Can another attempt help? */
  readonly class: FailureClass
  /** Can another attempt hurt? `unknown`: this one may have taken effect. */
  readonly certainty: Certainty
  /**
   * Did the dependency itself answer? An error thrown by the caller's own code says nothing of the
   * dependency's health and must neither open a breaker nor, as a probe, close one.
   */
  readonly answered: boolean
  /** The dependency's own wait in ms (Retry-After and its dialects). It replaces backoff. */
  readonly retryAfter?: number
  /** Is that wait the caller's own place in the dependency's queue? Then room is kept for it. Of a declared peer only. */
  readonly slot?: boolean
  /** Who asks for it: this host alone, or the service as a whole. Of a declared peer only. */
  readonly scope?: 'host' | 'service'
  /** Did it say how full it is? Such a dependency guards itself. Of a declared peer only. */
  readonly admission?: boolean
  /** `false`: the dependency asks not to be retried. */
  readonly retry?: boolean
  /** A guard below refused it, nothing was sent: no word about the dependency. */
  readonly refused?: boolean
}

/**
 * Judges how an attempt ended. First to answer wins; `undefined` passes on to the next.
 *
 * @param result the value returned, or whatever was thrown (anything can be thrown)
 * @param threw  whether `result` was thrown
 * @returns a failure, its class alone (certainty `unknown`), `'ok'` for a success, or `undefined`
 * @example
 * const soldOut: Classifier = (result, threw) =>
 *   threw && (result as { code?: string }).code === 'SOLD_OUT' ? 'rejected' : undefined
 */
export type Classifier = (result: unknown, threw: boolean) => Failure | FailureClass | 'ok' | undefined

/** An error that nobody recognises: perhaps a passing fault, perhaps applied, certainly no answer. */
export const UNRECOGNISED: Failure = Object.freeze({ class: 'internal', certainty: 'unknown', answered: false })

/** Shorthand for classifiers: a failure that the dependency answered with. */
export function failure(
  failureClass: FailureClass,
  certainty: Certainty = 'unknown',
  hints: Partial<Omit<Failure, 'class' | 'certainty'>> = {},
): Failure {
  return { class: failureClass, certainty, answered: true, ...hints }
}

const transient: ReadonlySet<string> = /* @__PURE__ */ new Set(TRANSIENT)
const permanent: ReadonlySet<string> = /* @__PURE__ */ new Set(PERMANENT)

/** May the failure pass by itself? */
export function isTransient(failureClass: FailureClass): failureClass is TransientClass {
  return transient.has(failureClass)
}

/** Can no other attempt change it? */
export function isPermanent(failureClass: FailureClass): failureClass is PermanentClass {
  return permanent.has(failureClass)
}

/** Is it a word for a class of failure? */
export function isFailureClass(word: unknown): word is FailureClass {
  return (
    typeof word === 'string' &&
    (word === 'exhausted' ||
      word === 'aborted' ||
      isTransient(word as FailureClass) ||
      isPermanent(word as FailureClass))
  )
}

/** Does the failure leave open whether it took effect? An answer that another attempt cannot change says no. */
export function leavesDoubt({ class: verdict, certainty, answered }: Failure): boolean {
  return certainty === 'unknown' && !(answered && isPermanent(verdict))
}
