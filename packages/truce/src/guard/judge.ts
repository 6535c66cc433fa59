/**
 * Judge: what an attempt's end means, asking the classifiers in turn.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { isExhausted } from '../context/exhausted.js'
import { LONGEST_WAIT } from '../http/semantics/retry-after.js'
import type { Classifier, Failure } from '../policy/classify.js'
import { failure, isFailureClass, UNRECOGNISED } from '../policy/classify.js'
import { meaningOf } from './errors.js'

/** What the guard knows without asking a classifier. */
export const TIMED_OUT: Failure = Object.freeze({ class: 'timeout', certainty: 'unknown', answered: false })
export const ABORTED: Failure = Object.freeze({ class: 'aborted', certainty: 'unknown', answered: false })
const EXHAUSTED: Failure = Object.freeze({ class: 'exhausted', certainty: 'unknown', answered: false })

/** The function gave up by itself, for reasons of its own: no word about the dependency. */
const GAVE_UP: Failure = Object.freeze({ class: 'aborted', certainty: 'unknown', answered: false })

/** Is it certain that a value is no failure? The built-in rules, which are always the last, know none that is no object. */
export function plainlyGood({ classifiers }: { readonly classifiers: readonly Classifier[] }, value: unknown): boolean {
  return typeof value !== 'object' && typeof value !== 'function' && classifiers.length === 1
}

/** Judges how an attempt ended, first by what is known of calls below it. @param since when it began, for marks */
export function judgeAttempt(
  { classifiers }: { readonly classifiers: readonly Classifier[] },
  kin: object,
  attempt: CallContext | undefined,
  since: number,
  result: unknown,
  threw: boolean,
): Failure | undefined {
  if (isExhausted(result, threw, attempt, kin, since)) return EXHAUSTED
  return judge(classifiers, result, threw)
}

/** Judges how an attempt ended; `undefined` is success. */
export function judge(classifiers: readonly Classifier[], result: unknown, threw: boolean): Failure | undefined {
  const own = threw ? meaningOf(result) : undefined
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

/** A classifier that throws, or answers what is no answer, passes on: its bug must not lose the result. */
function ask(classifier: Classifier, result: unknown, threw: boolean): Failure | 'ok' | undefined {
  try {
    const verdict = classifier(result, threw)
    if (verdict === 'ok' || verdict === undefined || verdict === UNRECOGNISED) return verdict
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
