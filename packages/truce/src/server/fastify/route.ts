/**
 * Route: a served operation as the options of a Fastify route.
 *
 * @module
 */
import { follow } from '../node/follow.js'
import { greet } from '../node/greet.js'
import { hold } from '../node/hold.js'
import { NodeIncoming } from '../node/incoming.js'
import { keepVisit, visitOf } from '../node/visit-of.js'
import type { KeyedRun } from '../feature.js'
import type { ServedOperation } from '../operation.js'
import type { Refused } from '../refusals.js'
import type { Visit } from '../visit.js'
import { problems } from './problems.js'
import { type FastifyReplyLike, type FastifyRequestLike, replyWith } from './reply.js'

type Hook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void

/** Options of a route; spread them into it. */
export interface FastifyRoute {
  readonly onRequest: Hook
  readonly preHandler: Hook
  readonly errorHandler: typeof problems
}

/**
 * The options of a route behind its operation: what comes too late is refused before its body is read; a key is
 * claimed when the body was parsed and validated.
 *
 * @example
 * app.post('/reservations', route(reserve), (request) => stock.reserve({ context: contextOf(request) }))
 */
export function route(operation: ServedOperation): FastifyRoute {
  return {
    onRequest(request, reply, done) {
      const visit = operation.receive(new NodeIncoming(request, request.raw))
      keepVisit(request.raw, visit)
      if (visit.refusal) return refuse(visit, reply, visit.refusal)
      follow(visit, reply.raw)
      const goOn = (): void => {
        greet(visit, reply.raw)
        visit.run(done)
      }
      if (visit.turn) void visit.turn.then((refused) => (refused ? refuse(visit, reply, refused) : goOn()))
      else goOn()
    },
    preHandler(request, reply, done) {
      const visit = visitOf(request.raw) as Visit
      if (visit.keyed) void underKey(visit, visit.keyed, reply, done)
      // Once more: by events of the body the async context was lost.
      else visit.run(done)
    },
    errorHandler: problems,
  }
}

function refuse(visit: Visit, reply: FastifyReplyLike, { answer }: Refused): void {
  replyWith(reply, answer, visit)
  visit.ended(answer.status)
}

async function underKey(visit: Visit, keyed: KeyedRun, reply: FastifyReplyLike, done: () => void): Promise<void> {
  const early = await visit.begin(keyed)
  if (early) {
    replyWith(reply, early, visit)
    visit.ended(early.status)
    return
  }
  hold(reply.raw, visit, keyed)
  visit.run(done)
}
