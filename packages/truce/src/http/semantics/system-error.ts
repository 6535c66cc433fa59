/**
 * System error: what a thrown error means, its causes included.
 *
 * Node's and the browsers' fetch wrap every network failure in a TypeError, which is also what a
 * misspelt method throws. Judged by its type alone, either an outage is never retried or a bug is
 * retried four times; so the cause chain is walked before the type counts.
 *
 * @module
 */
import { type Failure, UNRECOGNISED } from '../../policy/classify.js'
import { type Fields, isObject, judgeAnswer, judgeStatus } from './answer.js'
import { judgeFetchError, judgeNetworkError } from './network-error.js'

/** What the judgement of an error depends on besides the error. */
export interface Surroundings {
  /** ms since 1970, for a Retry-After that is a date. */
  readonly nowEpoch: () => number
  /** Has the dependency's name been resolved before? Until then ENOTFOUND is a misspelt name. */
  readonly resolvedBefore: () => boolean
}

/** The default: the system's clock, and no host known to exist. */
export const SURROUNDINGS: Surroundings = Object.freeze({ nowEpoch: () => Date.now(), resolvedBefore: () => false })

/** Links of a chain that are read, aggregated errors included. It ends cycles and hostile chains. */
const LINKS = 32

/** A bug in the caller's code, perhaps after the request was sent. */
const PROGRAMMER: Failure = Object.freeze({ class: 'rejected', certainty: 'unknown', answered: false })

/**
 * The failure that a thrown error stands for; `undefined` where nobody can tell from the error.
 *
 * So is an `AbortError` without a timeout for its cause: whose abort it was, the caller's or ours, only
 * the guard knows. An error that throws when read is `UNRECOGNISED`.
 *
 * @example
 * await fetch('http://localhost:1').catch((error) => classifyError(error))
 */
export function classifyError(error: unknown, around: Surroundings = SURROUNDINGS): Failure | undefined {
  try {
    return judgeChain(error, around, { links: LINKS })
  } catch {
    return UNRECOGNISED
  }
}

/** Outermost first: what the client made of its failure is nearer to the call than where it began. */
function judgeChain(error: unknown, around: Surroundings, left: { links: number }): Failure | undefined {
  let byType: Failure | undefined
  let aborted = false
  for (let link = error; isObject(link); link = link['cause']) {
    if (--left.links < 0) break
    const failure =
      judgeAnswered(link, around.nowEpoch) ??
      judgeAggregate(link, around, left) ??
      judgeNetworkError(link, around.resolvedBefore)
    if (failure) return failure
    const name = link['name']
    aborted ||= name === 'AbortError'
    if (name === 'TypeError') byType = judgeFetchError(link) ?? byType ?? PROGRAMMER
  }
  return aborted ? undefined : byType
}

/** A thrown answer, an error that carries one (axios, got, ky), or one with a status (http-errors, SDKs). */
function judgeAnswered(error: Fields, nowEpoch: () => number): Failure | undefined {
  const response = error['response']
  const failure = judgeAnswer(error, nowEpoch) ?? (isObject(response) ? judgeAnswer(response, nowEpoch) : undefined)
  if (failure || typeof error['message'] !== 'string') return failure
  const status = error['status'] ?? error['statusCode']
  return Number.isInteger(status) && (status as number) < 600
    ? judgeStatus(
        status as number,
        error['headers'] ?? (isObject(response) ? response['headers'] : undefined),
        nowEpoch,
      )
    : undefined
}

/** Happy eyeballs: one error an address. The request was never sent only if every address says so. */
function judgeAggregate(error: Fields, around: Surroundings, left: { links: number }): Failure | undefined {
  const errors = error['errors']
  if (error['name'] !== 'AggregateError' || !Array.isArray(errors)) return undefined
  let worst: Failure | undefined
  let sure = true
  for (const each of errors) {
    const failure = judgeChain(each, around, left)
    worst ??= failure
    if (failure?.certainty === 'unknown') worst = failure
    sure &&= failure?.certainty === 'not-applied'
  }
  return worst && !sure ? { ...worst, certainty: 'unknown' } : worst
}
