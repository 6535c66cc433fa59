/**
 * gRPC (`@grpc/grpc-js`).
 *
 * UNAVAILABLE is all that gRPC says of a connection that was refused and of one that broke in mid-call;
 * only the details tell them apart. A server that pushes back says so in its trailers, and a negative
 * pushback forbids the repeat.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 * @module
 */
import { type Fields, isObject } from '../http/semantics/answer.js'
import { type Failure, failure, type FailureClass } from '../policy/classify.js'
import { GAVE_UP, NEVER_SENT, silent, text, thrown, TIMED_OUT } from './thrown.js'

/** By status code, from 1 CANCELLED to 16 UNAUTHENTICATED. */
const CLASSES: readonly FailureClass[] = [
  'unavailable', // CANCELLED, by the server or a proxy: the caller's own is told apart below
  'internal', // UNKNOWN
  'invalid', // INVALID_ARGUMENT
  'timeout', // DEADLINE_EXCEEDED
  'not-found', // NOT_FOUND
  'rejected', // ALREADY_EXISTS
  'unauthorized', // PERMISSION_DENIED
  'overloaded', // RESOURCE_EXHAUSTED
  'rejected', // FAILED_PRECONDITION
  'conflict', // ABORTED
  'invalid', // OUT_OF_RANGE
  'rejected', // UNIMPLEMENTED
  'internal', // INTERNAL
  'unavailable', // UNAVAILABLE
  'rejected', // DATA_LOSS
  'unauthorized', // UNAUTHENTICATED
]

const NO_CONNECTION = /^(?:No connection established|Name resolution failed)/
const TOO_LARGE = /(?:larger than max|size larger than)/

/** Judges errors of `@grpc/grpc-js`. */
export const grpc = /* @__PURE__ */ thrown((error) => {
  const { code, details, metadata } = error as { code?: unknown; details?: unknown; metadata?: unknown }
  if (typeof code !== 'number' || typeof details !== 'string' || !isMetadata(metadata)) return undefined
  const failureClass = CLASSES[code - 1]
  if (!failureClass) return undefined
  if (details === 'Cancelled on client') return GAVE_UP
  if (code === 14 && NO_CONNECTION.test(details)) return NEVER_SENT
  if (code === 4) return TIMED_OUT
  if (code === 8 && TOO_LARGE.test(details)) return silent('rejected', 'unknown')
  return failure(failureClass, 'unknown', pushback(metadata))
})

/** `grpc-retry-pushback-ms`: a wait, or, where it is none, "do not repeat this". */
function pushback(metadata: { get(key: string): unknown }): Partial<Failure> {
  const values = metadata.get('grpc-retry-pushback-ms')
  const value = Array.isArray(values) ? text(values[0]) : ''
  if (value === '') return {}
  return /^\d+$/.test(value) ? { retryAfter: Number(value) } : { retry: false }
}

function isMetadata(metadata: unknown): metadata is Fields & { get(key: string): unknown } {
  return isObject(metadata) && typeof metadata['get'] === 'function'
}
