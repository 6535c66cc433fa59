/**
 * Problem types: one for each thing that whoever called should do next.
 *
 * "Busy, come back", "still running", "nobody knows" and "you sent something else" are four different orders,
 * and a status alone gives at most two of them. The types are stable: clients may compare them.
 *
 * @see RFC 9457
 * @module
 */
import type { TruceErrorCode } from '../guard/errors.js'

/** Of one kind of problem. */
export interface ProblemType {
  /** Ends the type: `urn:truce:problem:NAME`. */
  readonly name: string
  readonly status: number
  /** Names the problem; the same for all of its kind. */
  readonly title: string
  /** To be shown to a person. It says what to do, and nothing of what is inside. */
  readonly detail: string
}

const BUSY = 'The service is busy at the moment. Please try again shortly.'
const LATE = 'This took too long. Please check whether it went through before you try again.'
const OURS = 'Something went wrong on our side. Please try again later.'

/** By the `code` of the error. */
export const PROBLEM_OF = {
  TRUCE_DEADLINE: type('deadline', 504, 'Out of time', LATE),
  TRUCE_ATTEMPT_TIMEOUT: type('timeout', 504, 'A service behind this one did not answer in time', LATE),
  TRUCE_BREAKER_OPEN: type('breaker-open', 503, 'A service behind this one is down', BUSY),
  TRUCE_OVERLOADED: type('overloaded', 503, 'A service behind this one is overloaded', BUSY),
  TRUCE_OVERTAKEN: type('internal', 500, 'Internal error', OURS),
  TRUCE_OPTION: type('internal', 500, 'Internal error', OURS),
  TRUCE_CALLER_LEFT: type('caller-left', 499, 'The caller has left', 'The request was cancelled.'),
  TRUCE_BODY_TOO_LARGE: type('body-too-large', 413, 'The body is too large', 'What you sent is too large.'),
  TRUCE_IN_PROGRESS: type(
    'in-progress',
    409,
    'A request with this idempotency key is still running',
    'This is already being worked on. Please wait a moment, then look again.',
  ),
  TRUCE_KEY_CONFLICT: type(
    'key-conflict',
    422,
    'The idempotency key was used for another request',
    'This differs from what was sent before under the same key. Send the same again, or take a new key.',
  ),
  TRUCE_KEY_EXPIRED: type(
    'key-expired',
    410,
    'The idempotency key is older than results are remembered',
    'This was sent too long ago to be repeated safely. Please check whether it went through before.',
  ),
  TRUCE_KEY_INVALID: type(
    'key-invalid',
    400,
    'The idempotency key is not valid',
    'The idempotency key has to be 1 to 255 printable ASCII characters, as one value.',
  ),
  TRUCE_KEY_MISSING: type(
    'key-missing',
    400,
    'An idempotency key is required',
    'This has to be sent with an Idempotency-Key, the same one for every repeat.',
  ),
  TRUCE_LEASE_LOST: type('internal', 500, 'Internal error', OURS),
  TRUCE_OUTCOME_UNKNOWN: type(
    'outcome-unknown',
    409,
    'It is not known whether the request took effect',
    'We do not know yet whether this went through. Please check before you do it again.',
  ),
  TRUCE_PAYLOAD_INVALID: type('payload-invalid', 400, 'The body cannot be read', 'What you sent cannot be read.'),
  TRUCE_REPLAYED_FAILURE: type(
    'failed-before',
    422,
    'The request failed before, and would fail again',
    'This was refused before. Sending it again does not help.',
  ),
  TRUCE_RESULT_INVALID: type('internal', 500, 'Internal error', OURS),
  TRUCE_RESULT_NOT_KEPT: type(
    'result-not-kept',
    409,
    'The request took effect before; its answer was too large to be kept',
    'This went through before. Please look up the result.',
  ),
  TRUCE_STORE_UNAVAILABLE: type('store-unavailable', 503, 'The request could not be begun', BUSY),
} as const satisfies Readonly<Record<TruceErrorCode, ProblemType>>

/** A dependency's own failure, for which a guard said why it was not repeated; by the class of the failure. */
export const DEPENDENCY_FAILED = {
  timeout: type('dependency-timeout', 504, 'A service behind this one did not answer in time', LATE),
  overloaded: type('dependency-overloaded', 503, 'A service behind this one is overloaded', BUSY),
  unavailable: type('dependency-unavailable', 503, 'A service behind this one is not available', BUSY),
  other: type('dependency-failed', 502, 'A service behind this one failed', OURS),
} as const

/** What an admission refuses, before any work. */
export const NOT_LET_IN = {
  overloaded: type('no-room', 503, 'The service has no room for more', BUSY),
  share: type('share-used', 503, 'More than its share is asked of the service', BUSY),
  draining: type('draining', 503, 'This instance of the service is ending', BUSY),
  left: type('caller-left', 499, 'The caller has left', 'The request was cancelled.'),
} as const

function type(name: string, status: number, title: string, detail: string): ProblemType {
  return Object.freeze({ name, status, title, detail })
}
