/**
 * Status: what an HTTP status says of a failed attempt.
 *
 * A client that repeats every 5xx and nothing else gives up on a 429 that asked it to wait, and keeps
 * asking a server that answered 501 for a method it will never have. Class and certainty are told
 * apart: a 503 may come from a proxy that lost the answer of work already done.
 *
 * A plain 409 is `rejected` here; the one that means "your first attempt is still running" is known by
 * its problem type, which needs the body, and is judged where bodies are read.
 *
 * @module
 */
import type { Certainty, FailureClass } from '../../policy/classify.js'

/** Statuses that differ from their hundred: other 4xx are `rejected`, other 5xx `internal`. */
const EXCEPTIONS: Readonly<Record<number, FailureClass>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not-found',
  405: 'invalid',
  406: 'invalid',
  407: 'unauthorized',
  408: 'timeout',
  410: 'not-found',
  411: 'invalid',
  412: 'invalid',
  413: 'invalid',
  414: 'invalid',
  415: 'invalid',
  421: 'unavailable',
  422: 'invalid',
  423: 'conflict',
  425: 'unavailable',
  429: 'overloaded',
  501: 'rejected',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
  505: 'rejected',
}

/**
 * The class of an HTTP status; `undefined` is a success (below 400, an opaque response's 0 included).
 *
 * @param hasHint whether the answer names a wait: a 503 that does is shedding load, not gone
 * @see RFC 9110 section 15: an unknown status counts as its hundred's x00, one above 599 as a 5xx
 * @example
 * classifyStatus(503, true) // 'overloaded'
 */
export function classifyStatus(status: number, hasHint: boolean): FailureClass | undefined {
  if (!(status >= 400)) return undefined
  if (status === 503 && hasHint) return 'overloaded'
  return EXCEPTIONS[status] ?? (status < 500 ? 'rejected' : 'internal')
}

/**
 * What a failed status promises about the work. Only three refuse *before* it: 421 (not the server for
 * this request), 425 (RFC 8470: not risking a replay) and 429 (the limiter stands before the handler).
 *
 * No other 4xx makes that promise. A 404 or 412 may be the second half of an operation whose first half
 * was done, a 408 may have read half a body; refusing early is usual there, promised nowhere. A server
 * that knows better says so itself (`applied=?0`).
 */
export function certaintyOfStatus(status: number): Certainty {
  return status === 421 || status === 425 || status === 429 ? 'not-applied' : 'unknown'
}
