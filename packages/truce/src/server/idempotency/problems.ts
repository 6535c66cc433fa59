/**
 * Problems: how a request with a key is answered that its handler does not answer.
 *
 * "Still running, come back", "nobody knows, look first" and "you sent something else" are told by one bare 409 in
 * most APIs, and a client that repeats the wrong one does harm. Here each has its type, and a caller that is known is
 * told besides, exactly, when to come back and whether anything was done.
 *
 * @module
 */
import type { PeerPushback } from '../../context/peer-port.js'
import { isTruceError } from '../../guard/errors.js'
import { OutcomeUnknownError, ReplayedFailureError } from '../../idempotency/errors.js'
import type { Answer, AnswerHeaders } from '../incoming.js'
import { answerOf, problemOf, toProblem } from '../problem.js'
import { PROBLEM_OF, type ProblemType } from '../problem-types.js'

/** Where it is described. */
export interface ProblemsAt {
  readonly base: string | undefined
  readonly describedBy: string | undefined
}

/** ms: after a rollback the same may be sent again. */
const SOON = 1_000

/** 401: there is no tenant whose key it could be. */
const UNAUTHENTICATED: ProblemType = Object.freeze({
  name: 'unauthenticated',
  status: 401,
  title: 'It is not known who sent the request',
  detail: 'Please sign in, then send this again.',
})

/** 503: the database took nothing of what the handler had written. */
const ROLLED_BACK: ProblemType = Object.freeze({
  name: 'rolled-back',
  status: 503,
  title: 'The request was rolled back',
  detail: 'This did not go through, and nothing was changed. Please try again shortly.',
})

/** 404: of the status route. */
const KEY_UNKNOWN: ProblemType = Object.freeze({
  name: 'key-unknown',
  status: 404,
  title: 'Nothing is known of the idempotency key',
  detail: 'Nothing was received under this key, or it was too long ago.',
})

export const REFUSALS = {
  unauthenticated: UNAUTHENTICATED,
  missing: PROBLEM_OF.TRUCE_KEY_MISSING,
  invalid: PROBLEM_OF.TRUCE_KEY_INVALID,
  unknown: KEY_UNKNOWN,
  unavailable: PROBLEM_OF.TRUCE_STORE_UNAVAILABLE,
  rolledBack: ROLLED_BACK,
  internal: PROBLEM_OF.TRUCE_OPTION,
} as const

export function refusal(type: ProblemType, at: ProblemsAt, retryIn?: number): Answer {
  return described(answerOf(problemOf(type, retryIn, { base: at.base })), at)
}

/** An answer, and what a caller that is known is told besides. */
export interface Told {
  readonly answer: Answer
  readonly pushback: PeerPushback | undefined
}

/**
 * @param error of the engine, of its store, or of a hook
 * @param rolledBack the store took nothing of what was written
 */
export function toldOf(error: unknown, rolledBack: boolean, at: ProblemsAt): Told {
  if (isTruceError(error)) return { answer: problemAnswer(error, at), pushback: pushbackOf(error) }
  if (rolledBack) return { answer: refusal(ROLLED_BACK, at, SOON), pushback: { applied: false, after: SOON } }
  return { answer: refusal(REFUSALS.internal, at), pushback: undefined }
}

function problemAnswer(error: unknown, at: ProblemsAt): Answer {
  const problem = toProblem(error, { base: at.base })
  if (problem === undefined) return refusal(REFUSALS.internal, at)
  // What was refused before is refused again as it was.
  const status = error instanceof ReplayedFailureError ? error.failure.status : undefined
  if (status === undefined || !(status >= 400 && status < 600)) return described(answerOf(problem), at)
  return described(answerOf({ ...problem, status, body: { ...problem.body, status } }), at)
}

/** The error of a handler as a problem, where it is one of Truce's. */
export function ownProblem(error: unknown, at: ProblemsAt): Answer | undefined {
  const problem = toProblem(error, { base: at.base })
  return problem && answerOf(problem)
}

/** Of what an earlier run did, `applied` says nothing: only of this request. */
function pushbackOf(error: { readonly code: string; readonly retryIn?: number }): PeerPushback | undefined {
  const { retryIn } = error
  switch (error.code) {
    case 'TRUCE_IN_PROGRESS':
      return retryIn === undefined ? undefined : { after: Math.ceil(retryIn) }
    case 'TRUCE_STORE_UNAVAILABLE':
      return { applied: false, ...(retryIn !== undefined && { after: Math.ceil(retryIn) }) }
    case 'TRUCE_OUTCOME_UNKNOWN':
      return error instanceof OutcomeUnknownError && error.repeatable ? undefined : { retry: false }
    case 'TRUCE_KEY_CONFLICT':
    case 'TRUCE_PAYLOAD_INVALID':
    case 'TRUCE_BODY_TOO_LARGE':
      return { retry: false, applied: false }
    case 'TRUCE_KEY_EXPIRED':
    case 'TRUCE_RESULT_NOT_KEPT':
      return { retry: false }
    default:
      return undefined
  }
}

function described(answer: Answer, { describedBy }: ProblemsAt): Answer {
  if (describedBy === undefined) return answer
  const link: AnswerHeaders = [['link', `<${describedBy}>; rel="describedby"`]]
  return { ...answer, headers: [...answer.headers, ...link] }
}
