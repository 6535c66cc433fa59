/**
 * Problems: Fastify's error handler for what Truce refused.
 *
 * @module
 */
import { heldOf } from '../node/hold.js'
import { visitOf } from '../node/visit-of.js'
import { answerOf, toProblem } from '../problem.js'
import { type FastifyReplyLike, type FastifyRequestLike, replyWith } from './reply.js'

/**
 * Answers what Truce refused; all other errors go on to the error handler around it. Routes of `route()` have it.
 *
 * @example
 * app.setErrorHandler(problems)
 */
export function problems(error: unknown, request: FastifyRequestLike, reply: FastifyReplyLike): unknown {
  const held = heldOf(reply.raw)
  if (held?.open) return underKey(held.threw(error), error, request, reply)
  const problem = toProblem(error)
  if (!problem) throw error
  replyWith(reply, answerOf(problem), visitOf(request.raw))
  return reply
}

async function underKey(
  threw: ReturnType<NonNullable<ReturnType<typeof heldOf>>['threw']>,
  error: unknown,
  request: FastifyRequestLike,
  reply: FastifyReplyLike,
): Promise<unknown> {
  const answer = await threw
  if (answer === 'late') return reply
  if (answer === undefined || answer === 'broken') return problems(error, request, reply)
  replyWith(reply, answer, visitOf(request.raw))
  return reply
}
