/**
 * AWS SDK for JavaScript, version 3.
 *
 * DynamoDB throttles with status 400: by the status alone the request is wrong and its repeat pointless,
 * and a service that asks for patience is told that its callers are broken. The exception's name is what
 * counts; `$metadata.attempts` tells of the SDK's own retries, a second layer.
 *
 * @module
 */
import { type Fields, getHeader, isObject, judgeStatus } from '../http/semantics/answer.js'
import { parseRetryAfter } from '../http/semantics/retry-after.js'
import { type Failure, failure, type FailureClass, isTransient } from '../policy/classify.js'
import { innerLayer } from './inner-layer.js'
import { afterRepeats, text, thrown } from './thrown.js'

/** As the SDK itself lists them. */
const THROTTLED =
  /^(?:BandwidthLimitExceeded|EC2ThrottledException|LimitExceededException|ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled(?:Exception)?|SlowDown|Thrott(?:led|ling)Exception|Throttling(?:Error)?|TooManyRequestsException)$/
const CONFLICT = /^(?:TransactionInProgressException|TransactionConflict(?:Exception)?|PriorRequestNotComplete)$/
const TIMEOUT = /^RequestTimeout(?:Exception)?$/
const UNAUTHORIZED =
  /^(?:AccessDenied|AuthFailure|Expired?Token|IncompleteSignature|Invalid(?:AccessKeyId|ClientTokenId|Signature)|MissingAuthenticationToken|NotAuthorized|RequestExpired|RequestTimeTooSkewed|SignatureDoesNotMatch|UnauthorizedOperation|UnrecognizedClient)/
const NOT_FOUND = /NotFound(?:Exception)?$|^NoSuch|DoesNotExist/

/** Judges errors of clients of `@aws-sdk`. */
export const awsSdk = /* @__PURE__ */ thrown((error) => {
  const metadata = error['$metadata']
  if (!isObject(metadata)) return undefined
  const judged = judgeAnswer(error, metadata)
  return innerLayer(error) ? afterRepeats(error, judged) : judged
})

/** Without a status there was no answer: the network's errors are left to the rules of HTTP. */
function judgeAnswer(error: Fields, metadata: Fields): Failure | undefined {
  const status = metadata['httpStatusCode']
  if (typeof status !== 'number' || status < 400) return undefined
  const headers = isObject(error['$response']) ? error['$response']['headers'] : undefined
  const byStatus = judgeStatus(status, headers, () => Date.now())
  const named = classOf(error)
  const milliseconds = Number(getHeader(headers, 'x-amz-retry-after') || Number.NaN)
  const retryAfter =
    milliseconds >= 0 ? milliseconds : parseRetryAfter(getHeader(headers, 'retry-after'), () => Date.now())
  const hints = retryAfter === undefined ? {} : { retryAfter }
  if (named) return failure(named, named === 'overloaded' || named === 'conflict' ? 'not-applied' : 'unknown', hints)
  const retryable = isObject(error['$retryable'])
  if (retryable && byStatus && !isTransient(byStatus.class)) return failure('unavailable', 'unknown', hints)
  return byStatus && { ...byStatus, ...hints }
}

function classOf(error: Fields): FailureClass | undefined {
  const name = text(error['name'])
  const retryable = error['$retryable']
  if (name === 'TransactionCanceledException') return cancelled(error['CancellationReasons'])
  if (THROTTLED.test(name) || (isObject(retryable) && retryable['throttling'] === true)) return 'overloaded'
  if (CONFLICT.test(name)) return 'conflict'
  if (TIMEOUT.test(name)) return 'timeout'
  if (UNAUTHORIZED.test(name)) return 'unauthorized'
  if (NOT_FOUND.test(name)) return 'not-found'
  return name === 'ConditionalCheckFailedException' ? 'rejected' : undefined
}

/** A transaction of DynamoDB is worth a repeat only if every item that stopped it is. */
function cancelled(reasons: unknown): FailureClass {
  const codes = Array.isArray(reasons) ? reasons.map((reason) => (isObject(reason) ? text(reason['Code']) : '')) : []
  const stopped = codes.filter((code) => code !== '' && code !== 'None')
  if (stopped.length === 0) return 'rejected'
  const transient = (code: string) => THROTTLED.test(`${code}Exception`) || THROTTLED.test(code) || CONFLICT.test(code)
  if (!stopped.every(transient)) return 'rejected'
  return stopped.every((code) => CONFLICT.test(code)) ? 'conflict' : 'overloaded'
}
