/**
 * Failed answer: where the answer is that a result is, or that an error carries.
 *
 * An error may wrap another; the outermost answer is the one that was judged, so its headers count and
 * no other's: a wait that a service two hops away asked for is not asked of us.
 *
 * @module
 */
import { type Fields, isObject, judgeAnswer } from './answer.js'

/** What of a failed answer is read beyond its class. */
export interface FailedAnswer {
  /** `undefined` where its client does not tell. */
  readonly status: number | undefined
  /** A Headers or a plain record; `undefined` where it has none. */
  readonly headers: unknown
}

/** Links of a cause chain that are read; it ends cycles. */
const LINKS = 32

/** The failed answer; `undefined` where there is none. A getter's throw is the caller's to catch. */
export function failedAnswer(result: unknown, threw: boolean): FailedAnswer | undefined {
  let left = threw ? LINKS : 1
  for (let link = result; isObject(link) && left-- > 0; link = link['cause']) {
    const answer = isAnswer(link) ? link : threw ? carriedBy(link) : undefined
    if (answer) return { status: statusOf(answer), headers: answer['headers'] }
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

function statusOf(answer: Fields): number | undefined {
  const metadata = answer['$metadata']
  const status =
    answer['status'] ?? answer['statusCode'] ?? (isObject(metadata) ? metadata['httpStatusCode'] : undefined)
  return typeof status === 'number' ? status : undefined
}
