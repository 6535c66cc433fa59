/**
 * Thrown: what every classifier of a client shares.
 *
 * Mappers and query builders wrap the client's error in one of their own, so the cause chain is walked,
 * outermost first. Nothing of a client is imported: its errors are known by their fields, whichever copy
 * or version of it threw them.
 *
 * @module
 */
import { type Fields, isObject } from '../http/semantics/answer.js'
import { classifyError } from '../http/semantics/system-error.js'
import type { Certainty, Classifier, Failure, FailureClass } from '../policy/classify.js'

/** Judges one error by itself; `undefined`: not one of this client's, or no better known here than to HTTP. */
export type Judge = (error: Fields) => Failure | undefined

/** Links of a cause chain that are read; it ends cycles. */
const LINKS = 8

/** A classifier of errors, their causes included; values are never judged. */
export function thrown(judge: Judge): Classifier {
  return (result, threw) => {
    if (!threw) return undefined
    let left = LINKS
    for (let link = result; isObject(link) && left-- > 0; link = link['cause']) {
      const failure = judge(link)
      if (failure) return failure
    }
    return undefined
  }
}

/** A failure without a word from the dependency. */
export const silent = (failureClass: FailureClass, certainty: Certainty): Failure =>
  Object.freeze({ class: failureClass, certainty, answered: false })

export const NEVER_SENT = silent('unavailable', 'not-applied')
export const LOST = silent('unavailable', 'unknown')
export const TIMED_OUT = silent('timeout', 'unknown')
/** A client used wrongly: closed, never opened, given an address that is none. */
export const MISUSED = silent('rejected', 'not-applied')
/** The function's own signal or cancellation ended it. */
export const GAVE_UP = silent('aborted', 'unknown')

/**
 * What an error means that ended several attempts: it tells of the last one only. "Connection refused"
 * after a reset is no proof that nothing was applied, so certainty is never claimed.
 */
export function afterRepeats(error: unknown, failure = classifyError(error, SEEN)): Failure | undefined {
  return failure && { ...failure, certainty: 'unknown' }
}

/** The client repeated it, so it took the name for one that exists. */
const SEEN = { nowEpoch: () => Date.now(), resolvedBefore: () => true }

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
