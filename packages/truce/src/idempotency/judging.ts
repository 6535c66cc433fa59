/**
 * Judging: what the end of the work means for its key, and the text that is kept of it.
 *
 * @module
 */
import { judge } from '../guard/judge.js'
import { type Classifier, type Failure, UNRECOGNISED } from '../policy/classify.js'
import { type Ending, keep, type Kept, keptBy } from '../policy/idempotency/keeping.js'
import type { Mode } from '../policy/idempotency/record.js'
import { said, warn } from '../telemetry/warning.js'
import { InvalidResultError } from './errors.js'
import { saysNotApplied } from './not-applied.js'
import type { Ended } from './outcome.js'
import { type Codec, NOT_KEPT, writeThrown, writeValue } from './outcome-text.js'
import type { CheckedRequest } from './request.js'
import type { KeepOption } from './settings.js'

/** What the end of a run's work came to. */
export interface Judged {
  readonly ended: Ended
  readonly kept: Kept
  /** Where it is kept. */
  readonly text: string
  /** Why it is remembered as done, without its result. */
  readonly notKept?: string
}

/** What of an engine decides it. */
export interface JudgedBy {
  readonly classifiers: readonly Classifier[]
  readonly codec: Codec
  readonly largestResult: number
}

export function judgeEnd(ended: Ended, { operation, mode, keep: rule }: CheckedRequest, by: JudgedBy): Judged {
  const result = ended.threw ? ended.error : ended.value
  const judged = judge(by.classifiers, result, ended.threw)
  // An error of the last call that was made says nothing of those before it: only the handler does.
  const failure = judged && ({ ...judged, certainty: saysNotApplied(result) ? 'not-applied' : 'unknown' } as const)
  const ending = { failure, threw: ended.threw }
  const kept = typeof rule === 'function' ? ruled(rule, mode, ending) : keep(rule, mode, ending)
  return kept === 'store' ? stored(ended, failure, mode, operation, by) : { ended, kept, text: NOT_KEPT }
}

/** What a reconcile hook found is stored, whatever it looks like. */
export function judgeFound(value: unknown, { mode, operation }: CheckedRequest, by: JudgedBy): Judged {
  return stored({ threw: false, value }, undefined, mode, operation, by)
}

function stored(ended: Ended, failure: Failure | undefined, mode: Mode, operation: string, by: JudgedBy): Judged {
  const kept = 'store'
  const result = ended.threw ? ended.error : ended.value
  try {
    const text = ended.threw
      ? writeThrown(result, failure ?? UNRECOGNISED)
      : writeValue(result, by.codec, by.largestResult)
    return text === NOT_KEPT ? { ended, kept, text, notKept: tooLong(by) } : { ended, kept, text }
  } catch (error) {
    // An answer that refuses for good need not be kept whole: that it refused is enough.
    if (failure) return { ended, kept, text: writeThrown(refusal(result), failure) }
    // After the effect nothing may fail any more.
    if (mode !== 'transaction') return { ended, kept, text: NOT_KEPT, notKept: (error as Error).message }
    return { ended: { threw: true, error: new InvalidResultError(operation, error) }, kept: 'forget', text: NOT_KEPT }
  }
}

export function tooLong({ largestResult }: Pick<JudgedBy, 'largestResult'>): string {
  return `it is longer than ${largestResult} bytes`
}

/** What of an answer identifies it, as of an error. */
function refusal(answer: unknown): object {
  const { status } = answer as { readonly status?: unknown }
  const name = (answer as object).constructor?.name ?? 'answer'
  return { name, message: typeof status === 'number' ? `status ${status}` : 'it was refused', status }
}

/** Of which it was said once that they fail. */
const failing = new WeakSet<object>()

/** After the effect a rule that fails must not lose the result: then the default holds, and it is said once. */
function ruled(rule: Exclude<KeepOption, string>, mode: Mode, ending: Ending): Kept {
  try {
    const verdict: unknown = rule(ending)
    const kept = keptBy(verdict, mode)
    if (kept !== undefined) return kept
    const given = typeof verdict === 'string' ? `'${verdict}'` : typeof verdict
    complain(rule, `it gave ${given}, not one of store, free, forget, unknown`)
  } catch (error) {
    complain(rule, said(error))
  }
  return keep('default', mode, ending)
}

function complain(rule: object, what: string): void {
  if (failing.has(rule)) return
  failing.add(rule)
  warn(
    'TRUCE_KEEP',
    `A keep function failed; the default holds instead, and it is not reported again. Mend it: ${what}`,
  )
}
