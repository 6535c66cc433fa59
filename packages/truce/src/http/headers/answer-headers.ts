/**
 * Answer headers: where the answer is that a result is, or that an error carries.
 *
 * An error may wrap another; the outermost answer is the one that was judged, so its headers count and
 * no other's: a wait that a service two hops away asked for is not asked of us.
 *
 * @module
 */
import { type Fields, isObject, judgeAnswer } from '../semantics/answer.js'

/** Links of a cause chain that are read; it ends cycles. */
const LINKS = 32

/**
 * The headers (a Headers or a plain record) of the failed answer; `undefined` where there is no answer, or
 * it has none. A getter's throw is the caller's to catch.
 */
export function answerHeaders(result: unknown, threw: boolean): unknown {
  let left = threw ? LINKS : 1
  for (let link = result; isObject(link) && left-- > 0; link = link['cause']) {
    const answer = isAnswer(link) ? link : threw ? carriedBy(link) : undefined
    if (answer) return answer['headers']
  }
  return undefined
}

/** axios, got, ky: the response; http-errors and SDKs: themselves. */
function carriedBy(error: Fields): Fields | undefined {
  const response = error['response']
  if (isObject(response) && isAnswer(response)) return response
  if (typeof error['message'] !== 'string' || !Number.isInteger(error['status'] ?? error['statusCode']))
    return undefined
  return error['headers'] === undefined && isObject(response) ? response : error
}

function isAnswer(value: Fields): boolean {
  return judgeAnswer(value, () => 0) !== undefined
}
