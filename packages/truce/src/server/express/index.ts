/**
 * Express: the dependency's side of the contract for Express 4 and 5.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { drive, fail } from '../node/drive.js'
import { NodeIncoming } from '../node/incoming.js'
import { contextOfVisit, placeOf } from '../node/visit-of.js'
import type { ServedOperation } from '../operation.js'
import type { RequestContext } from '../request-context.js'

/** As Express has it. */
export type Next = (error?: unknown) => void

/**
 * Middleware of a route: what comes after it runs behind the operation. Put it after whatever finds out who calls.
 * A body parser may stand on either side of it.
 *
 * @example
 * app.post('/reservations', guarded(reserve), async (req, res) => {
 *   res.json(await stock.reserve({ context: contextOf(req) }))
 * })
 */
export function guarded(
  operation: ServedOperation,
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    const exchange = { incoming: new NodeIncoming(request, request), message: request, response }
    void drive(operation, exchange, () => next())
  }
}

/**
 * Error handler, to be registered after all routes and before other error handlers: it answers what Truce refused,
 * and hands on all other errors.
 *
 * @example
 * app.use(problems())
 */
export function problems(): (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => void {
  // Express tells error handlers by their four parameters.
  return (error, request, response, next) => void fail(request, response, error, next)
}

/**
 * The context of a request behind `guarded()`, for guards inside.
 *
 * @throws OptionError for a request whose route has no operation
 */
export function contextOf(request: IncomingMessage): RequestContext {
  return contextOfVisit(placeOf(request))
}
