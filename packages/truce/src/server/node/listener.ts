/**
 * Listener: a served operation as a listener of node:http.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServedOperation } from '../operation.js'
import type { RequestContext } from '../request-context.js'
import type { Visit } from '../visit.js'
import { drive, fail } from './drive.js'
import { NodeIncoming } from './incoming.js'

/** Answers a request; `context` is for guards inside. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, context: RequestContext) => unknown

/**
 * Makes a request listener of a handler, behind its operation. What the handler throws becomes a problem where
 * Truce knows it; else the listener throws or rejects as the handler did.
 *
 * @example
 * createServer(listener(reserve, async (request, response, context) => {
 *   response.end(await stock.reserve({ context }))
 * }))
 */
export function listener(
  operation: ServedOperation,
  handler: NodeHandler,
): (request: IncomingMessage, response: ServerResponse) => unknown {
  return (request, response) => {
    const rethrow = (error: unknown): never => {
      throw error
    }
    let visit: Visit | undefined
    let handling: unknown
    const failed = (error: unknown): unknown => {
      try {
        return fail(request, response, error, rethrow)
      } finally {
        settled(visit, response, 500)
      }
    }
    const exchange = { incoming: new NodeIncoming(request, request), message: request, response }
    let going: unknown
    try {
      going = drive(operation, exchange, (its) => {
        visit = its
        handling = handler(request, response, its.context)
        return handling
      })
    } catch (error) {
      return failed(error)
    }
    if (!isThenable(going)) return going
    return Promise.resolve(going).then((value) => {
      // One that has no promise goes on by callbacks, also where it had to wait for its place.
      if (isThenable(handling)) settled(visit, response)
      return value
    }, failed)
  }
}

/**
 * A handler that has settled may have stopped without an answer, for its caller has left, or leaves later: nothing else
 * would end its request.
 */
function settled(visit: Visit | undefined, response: ServerResponse, status?: number): void {
  if (visit === undefined || visit.keyed || response.writableEnded) return
  const over = (): void => visit.ended(status ?? response.statusCode)
  if (visit.context.leftAt === undefined) response.once('close', over)
  else over()
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
