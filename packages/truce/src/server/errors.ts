/**
 * Errors of the server's side.
 *
 * @module
 */
import { TruceError } from '../guard/errors.js'
import { type Failure, failure } from '../policy/classify.js'

/** Reason of a request's signal: its caller has closed the connection. Nobody reads the answer. */
export class CallerLeftError extends TruceError {
  override readonly name = 'CallerLeftError'
  readonly code = 'TRUCE_CALLER_LEFT'
  constructor(service: string, operation: string) {
    super(`${service}.${operation}: the caller has left before it had its answer`)
  }
  override get means(): Failure {
    return failure('aborted', 'unknown', { answered: false })
  }
}

/** A body is longer than what is read of one. Nothing was done. */
export class BodyTooLargeError extends TruceError {
  override readonly name = 'BodyTooLargeError'
  readonly code = 'TRUCE_BODY_TOO_LARGE'
  /** What is read at most, bytes. */
  readonly limit: number
  constructor(limit: number) {
    super(`the body of the request is longer than ${limit} bytes; send less, or raise the limit of the service`)
    this.limit = limit
  }
}
