/**
 * Answer: recognises a value that is an HTTP answer, and judges it.
 *
 * `fetch` does not throw for a 503, so a guard that only looks at errors counts an outage as a run of
 * successes. The other way round, an order with `{ status: 500 }` is nobody's answer: several fields
 * have to fit before a value is judged.
 *
 * Runs on every success: a good status or a value without a status leaves after a few reads.
 *
 * @module
 */
import { type Failure, failure, isTransient } from '../../policy/classify.js'
import { readPushback } from './pushback.js'
import { certaintyOfStatus, classifyStatus } from './status.js'

/** Any object as seen from outside: what it may have, none of it to be trusted. */
export interface Fields {
  readonly [field: string]: unknown
}

/**
 * The failure that a returned value stands for; `undefined` for a success or a value that is no answer.
 * A value that throws when read is no answer.
 *
 * @param nowEpoch ms since 1970, for a Retry-After that is a date
 * @example
 * classifyValue(new Response(null, { status: 429, headers: { 'retry-after': '2' } }))
 * // { class: 'overloaded', certainty: 'not-applied', answered: true, retryAfter: 2000 }
 */
export function classifyValue(value: unknown, nowEpoch: () => number = () => Date.now()): Failure | undefined {
  if (!isObject(value)) return undefined
  try {
    return judgeAnswer(value, nowEpoch)
  } catch {
    return undefined
  }
}

/** `classifyValue` for an object; a getter's throw is the caller's to catch. */
export function judgeAnswer(value: Fields, nowEpoch: () => number): Failure | undefined {
  const status = value['status'] // fetch's Response, axios
  if (typeof status === 'number') {
    return status >= 400 && (hasGetter(value['headers']) || isAxios(value))
      ? judgeStatus(status, value['headers'], nowEpoch)
      : undefined
  }
  const statusCode = value['statusCode'] // got, undici's request, node:http
  if (typeof statusCode === 'number') {
    return statusCode >= 400 && isObject(value['headers']) && ('body' in value || 'rawHeaders' in value)
      ? judgeStatus(statusCode, value['headers'], nowEpoch)
      : undefined
  }
  const metadata = value['$metadata'] // AWS SDK 3
  const code = isObject(metadata) && metadata['httpStatusCode']
  return typeof code === 'number' ? judgeStatus(code, undefined, nowEpoch) : undefined
}

/** The failure that a status and its headers mean; `undefined` for a success. */
export function judgeStatus(status: number, headers: unknown, nowEpoch: () => number): Failure | undefined {
  if (!(status >= 400)) return undefined
  const { hints, overloaded, repeated } = readPushback((name) => getHeader(headers, name), nowEpoch)
  const byStatus = classifyStatus(status, hints.retryAfter !== undefined)
  return (
    byStatus &&
    failure(
      overloaded && isTransient(byStatus) ? 'overloaded' : byStatus,
      repeated ? 'unknown' : certaintyOfStatus(status),
      hints,
    )
  )
}

/**
 * A header of a Headers-like object or of a plain record, whatever its case there.
 *
 * @param name in lower case
 */
export function getHeader(headers: unknown, name: string): string | undefined {
  if (!isObject(headers)) return undefined
  const value = hasGetter(headers)
    ? headers.get(name)
    : (headers[name] ?? headers[Object.keys(headers).find((key) => key.toLowerCase() === name) ?? name])
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function hasGetter(headers: unknown): headers is { get(name: string): unknown } {
  return isObject(headers) && typeof headers['get'] === 'function'
}

/** axios before 1.0 has plain records for headers; it is known by its request's config. */
function isAxios(value: Fields): boolean {
  return isObject(value['headers']) && isObject(value['config']) && 'statusText' in value
}
