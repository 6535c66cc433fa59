/**
 * Refused: what a request is answered that an admission did not let in.
 *
 * A bare 503 makes everybody come back when chance says. So everybody is told in whole seconds, and peers to the ms,
 * when there will be room; and that nothing was done, so that even a write may be repeated.
 *
 * @module
 */
import type { Refusal } from '../../policy/admission/index.js'
import type { Answer, AnswerHeader } from '../incoming.js'
import { answerOf, problemOf } from '../problem.js'
import { NOT_LET_IN } from '../problem-types.js'
import { late, type Refused } from '../refusals.js'

/** Of the share of retries no slot is given: it has room again as originals come. ms. */
const SHARE_WAIT = 1_000

/** Its caller left while it waited. Nobody reads it. */
export const leftWaiting: Refused = /* @__PURE__ */ Object.freeze<Refused>({
  reason: 'left',
  answer: /* @__PURE__ */ answerOf(/* @__PURE__ */ problemOf(NOT_LET_IN.left)),
})

/** @param retry is it known to be one? */
export function refusedFor({ reason, scope, slot }: Refusal, retry: boolean): Refused {
  if (reason === 'deadline') return late
  const wait = slot ?? (reason === 'share' ? SHARE_WAIT : undefined)
  const answer = answerOf(problemOf(NOT_LET_IN[reason], wait))
  return {
    reason,
    answer: reason === 'share' ? limited(answer, slot === undefined && retry, wait ?? SHARE_WAIT) : answer,
    pushback: { applied: false, reason, scope, ...(slot !== undefined && { slot }) },
  }
}

/**
 * Who asks for more than a share is told so in the words that limiters use.
 *
 * @param ofRetries all retries of an operation together, not this caller's work
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
function limited(answer: Answer, ofRetries: boolean, wait: number): Answer {
  const field: AnswerHeader = ['ratelimit', `"${ofRetries ? 'retries' : 'share'}";r=0;t=${Math.ceil(wait / 1_000)}`]
  return { ...answer, headers: [...answer.headers, field] }
}
