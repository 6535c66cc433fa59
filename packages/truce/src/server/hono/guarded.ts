/**
 * Guarded: Hono's middleware of a served operation.
 *
 * @module
 */
import type { KeyedRun } from '../feature.js'
import { greet } from '../node/greet.js'
import { contextOfVisit, keepVisit } from '../node/visit-of.js'
import type { ServedOperation } from '../operation.js'
import type { RequestContext } from '../request-context.js'
import type { Visit } from '../visit.js'
import { ended, listen, sent, underKey, whenItsTurn, withHeaders } from '../web.js'
import { type HonoContextLike, HonoIncoming, type NodeBindings } from './incoming.js'

type Next = () => Promise<void>

/**
 * Middleware of a route: what comes after it runs behind the operation. Put it after whatever finds out who calls.
 *
 * @example
 * app.post('/reservations', guarded(reserve), async (c) => c.json(await stock.reserve({ context: contextOf(c) })))
 */
export function guarded(operation: ServedOperation): (c: HonoContextLike, next: Next) => Promise<Response | undefined> {
  return async (c, next) => {
    const visit = operation.receive(new HonoIncoming(c))
    keepVisit(c, visit)
    if (visit.refusal) return sent(visit, visit.refusal.answer)
    hear(c, visit)
    const refused = visit.turn && (await whenItsTurn(visit, visit.turn))
    if (refused) return refused
    if (visit.keyed) return claimed(c, visit, visit.keyed, next)
    // On Node the `Response` is made for no header: that would cost more than all else.
    const { outgoing } = (c.env ?? {}) as NodeBindings
    if (outgoing?.setHeader) greet(visit, outgoing as Required<typeof outgoing>)
    try {
      await visit.run(next)
    } catch (error) {
      visit.ended(500)
      throw error
    }
    replace(c, ended(visit, c.res))
    return undefined
  }
}

/** Tells the visit when the caller has left. */
function hear(c: HonoContextLike, visit: Visit): void {
  const outgoing = (c.env as NodeBindings | undefined)?.outgoing
  if (outgoing === undefined) return listen(visit, c.req.raw)
  visit.context.whenWatched = () => {
    if (outgoing.closed) visit.left()
    else outgoing.on('close', () => visit.left())
  }
}

async function claimed(c: HonoContextLike, visit: Visit, keyed: KeyedRun, next: Next): Promise<Response | undefined> {
  let ran = false
  let answered = false
  try {
    const answer = await underKey(visit, keyed, async () => {
      ran = true
      await next()
      if (c.error) throw c.error
      // What Hono has by then is the answer that was given in its place.
      if (answered) throw new Error('the handler answered too late')
      return c.res
    })
    answered = true
    if (!ran) return answer
    replace(c, answer)
  } catch (error) {
    if (error !== c.error) throw error
    // Hono has answered for it, and neither the key nor a problem says otherwise.
    replace(c, withHeaders(c.res, visit.headers(c.res.status)))
  }
  return undefined
}

/** Hono merges the headers of the answer before into the new one, unless that was taken away. */
function replace(c: HonoContextLike, response: Response): void {
  if (response === c.res) return
  c.res = undefined
  c.res = response
}

/**
 * The context of a request behind `guarded()`, for guards inside.
 *
 * @throws OptionError for a request whose route has no operation
 */
export function contextOf(c: HonoContextLike): RequestContext {
  return contextOfVisit(c)
}
