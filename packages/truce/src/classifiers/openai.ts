/**
 * OpenAI-style SDKs: `openai`, and those generated alike (Anthropic's and others).
 *
 * They repeat twice by default and their errors do not say how often, so an error tells of the last
 * attempt only. Their service has headers of its own: a wait in ms, and whether a repeat is wanted. A
 * quota that is used up is a 429 too, but no wait helps.
 *
 * @module
 */
import { type Fields, getHeader, isObject, judgeStatus } from '../http/semantics/answer.js'
import { type Classifier, type Failure, failure, isTransient } from '../policy/classify.js'
import { afterRepeats, GAVE_UP, LOST, text, thrown, TIMED_OUT } from './thrown.js'

/** Judges errors of a client whatever its `maxRetries`: nothing is taken for not applied. */
export const openai: Classifier = /* @__PURE__ */ thrown((error) => {
  return isOwn(error) ? afterRepeats(error, judge(error)) : undefined
})

/** Judges errors of a client with `maxRetries: 0`, where an error tells of the whole call. */
export const openaiOnce: Classifier = /* @__PURE__ */ thrown((error) => (isOwn(error) ? judge(error) : undefined))

function isOwn(error: Fields): boolean {
  return 'status' in error && 'headers' in error && 'error' in error && typeof error['message'] === 'string'
}

function judge(error: Fields): Failure | undefined {
  const { status, headers } = error
  if (typeof status === 'number') return judgeAnswer(error, status, headers)
  const message = text(error['message'])
  if (message === 'Request was aborted.') return GAVE_UP
  if (message === 'Request timed out.') return TIMED_OUT
  // Its cause, where there is one, is the network's, and left to the rules of HTTP.
  return isObject(error['cause']) ? undefined : LOST
}

function judgeAnswer(error: Fields, status: number, headers: unknown): Failure | undefined {
  const judged = judgeStatus(status, headers, () => Date.now())
  if (!judged) return undefined
  if (error['code'] === 'insufficient_quota') return failure('rejected', judged.certainty)
  if (judged.retry === false) return judged
  // A 409 is a lock that is taken for a moment; these SDKs repeat it too.
  if (status === 409) return { ...judged, class: 'conflict' }
  const wanted = getHeader(headers, 'x-should-retry') === 'true'
  return wanted && !isTransient(judged.class) ? { ...judged, class: 'unavailable' } : judged
}

/** Is this a client of such an SDK? */
export function isOpenAiClient(client: Fields): boolean {
  return typeof client['maxRetries'] === 'number' && typeof client['baseURL'] === 'string' && !isObject(client['error'])
}
