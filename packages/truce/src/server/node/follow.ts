/**
 * Follow: hears of the end of a request by two listeners, and touches its answer only where it has to.
 *
 * `prefinish` comes when the last of the answer was handed to the socket: whoever reads it slowly, or not at all, then
 * takes the service's time no more, and with twenty that do so a place each would be gone for as long as they like.
 * It does not come when the caller has left, or where a runtime has none; `close` always comes. A handler whose caller has
 * left goes on, and how long is told by its own `end()`, or by the end of what it has piped.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Visit } from '../visit.js'
import { heldOf } from './hold.js'

export function follow(visit: Visit, response: ServerResponse): void {
  response.on('prefinish', () => visit.ended(response.statusCode))
  response.on('close', () => closed(visit, response))
  // Its caller left while other middleware waited: `close` has come, and comes no more.
  if (response.destroyed) closed(visit, response)
  if (visit.known) visit.context.whenSpent = () => markHead(visit, response)
}

function closed(visit: Visit, response: ServerResponse): void {
  // Not `writableFinished`: who has ended the answer works no more, and a getter is dear on Express' objects.
  const ended = response.writableEnded
  if (!ended) visit.left()
  // Looked for only where there may be one: Express' objects have long chains of prototypes.
  if (visit.keyed && heldOf(response)?.open) return
  if (ended) return visit.ended(response.statusCode)
  // What is piped into it is cut off by this very event, and never comes to its `end()`.
  response.once('unpipe', () => visit.ended(response.statusCode))
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse
  response.end = (...args: unknown[]) => {
    visit.ended(response.statusCode)
    return end(...args)
  }
}

/** Retries of a call below were spent: should this answer fail, its caller is told. */
function markHead(visit: Visit, response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  // Node writes implicit headers by this method too.
  response.writeHead = (status: number, ...rest: unknown[]) => {
    if (!response.headersSent) for (const [name, value] of visit.headers(status)) response.setHeader(name, value)
    return writeHead(status, ...rest)
  }
}
