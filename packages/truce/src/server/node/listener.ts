/**
 * Listener: a served operation as a listener of node:http.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServedOperation } from '../operation.js'
import type { RequestContext } from '../request-context.js'
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
    const failed = (error: unknown): unknown => fail(request, response, error, rethrow)
    const exchange = { incoming: new NodeIncoming(request, request), message: request, response }
    let going: unknown
    try {
      going = drive(operation, exchange, ({ context }) => handler(request, response, context))
    } catch (error) {
      return failed(error)
    }
    return isThenable(going) ? Promise.resolve(going).then(undefined, failed) : going
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
