/**
 * Keyed: what a call with an idempotency key came to, as HTTP; and the one of these answers that its caller
 * must not take for a refusal.
 *
 * @module
 */
import type { Classifier } from 'truce'
import {
  InProgressError,
  InvalidKeyError,
  InvalidPayloadError,
  KeyConflictError,
  KeyExpiredError,
  type Outcome,
  OutcomeUnknownError,
  StoreUnavailableError,
} from 'truce/idempotency'

/** What a route says; plain JSON, so that it can be kept under a key and given again. */
export interface Answer {
  readonly status: 200 | 201 | 400 | 409 | 422 | 503
  readonly body: object
}

/** How it is said: again, or to be asked for again. */
export interface Sent extends Answer {
  readonly replayed?: boolean
  /** Whole seconds. */
  readonly retryAfter?: number
}

/** @throws what the handler threw, and what no caller can do anything about */
export function answerOf(outcome: Outcome<Answer>): Sent {
  if (outcome.ok) return { ...outcome.value, replayed: outcome.source === 'replayed' }
  const { error } = outcome
  if (error instanceof InProgressError) return said(409, 'still running', error.retryIn)
  if (error instanceof StoreUnavailableError) return said(503, 'unavailable', error.retryIn)
  if (error instanceof KeyConflictError) return said(422, 'the key was used for something else')
  if (error instanceof KeyExpiredError) return said(422, 'the key is too old')
  if (error instanceof OutcomeUnknownError) return said(409, 'nobody knows')
  if (error instanceof InvalidKeyError || error instanceof InvalidPayloadError) return said(400, error.message)
  throw error
}

function said(status: Answer['status'], error: string, retryIn?: number): Sent {
  return { status, body: { error }, ...(retryIn !== undefined && { retryAfter: Math.ceil(retryIn / 1_000) }) }
}

/** Any other 409 is an answer; the one that names a wait says that the first attempt is still at work. */
export const stillRunning: Classifier = (answer) =>
  answer instanceof Response && answer.status === 409 && answer.headers.has('retry-after')
    ? {
        class: 'conflict',
        certainty: 'not-applied',
        answered: true,
        retryAfter: 1_000 * Number(answer.headers.get('retry-after')),
      }
    : undefined
