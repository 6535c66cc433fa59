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
    const failed = (error: unknown): unknown => fail(request, response, error, rethrow)
    const exchange = { incoming: new NodeIncoming(request, request), message: request, response }
    let going: unknown
    try {
      going = drive(operation, exchange, (its) => {
        visit = its
        return handler(request, response, its.context)
      })
    } catch (error) {
      return failed(error)
    }
    if (!isThenable(going)) return going
    return Promise.resolve(going).then(
      (value) => {
        settled(visit, response)
        return value
      },
      (error: unknown) => {
        settled(visit, response)
        return failed(error)
      },
    )
  }
}

/** A handler whose caller has left may stop without an answer: nothing else would end its request. */
function settled(visit: Visit | undefined, response: ServerResponse): void {
  if (visit && visit.context.leftAt !== undefined && !visit.keyed) visit.ended(response.statusCode)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
