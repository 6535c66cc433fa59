/**
 * Guarded: Nest's interceptor of a served operation.
 *
 * An interceptor, not a middleware: Nest's guards have found out by then who calls. A replay that comes before
 * them is an answer for whoever knows a key.
 *
 * @module
 */
import { drive } from '../node/drive.js'
import { NodeIncoming } from '../node/incoming.js'
import type { ServedOperation } from '../operation.js'
import { type HostLike, messageOf, ours, responseOf } from './platform.js'

/** What of Nest's interceptors is needed. */
export interface NestInterceptorLike {
  intercept<T>(host: HostLike, next: { handle(): T }): T | Promise<T>
}

/**
 * Interceptor of a route: its handler runs behind the operation.
 *
 * @example
 * \@UseInterceptors(guarded(reserve))
 * \@Post()
 * reserve(\@Req() request: Request) { return stock.reserve({ context: contextOf(request) }) }
 */
export function guarded(operation: ServedOperation): NestInterceptorLike {
  return {
    intercept<T>(host: HostLike, next: { handle(): T }): T | Promise<T> {
      const http = host.switchToHttp()
      const request = http.getRequest()
      const reply = http.getResponse()
      const message = messageOf(request)
      const exchange = { incoming: new NodeIncoming(request, message), message, response: responseOf(reply) }
      let ran = false
      const going = drive(operation, exchange, () => {
        ran = true
        return next.handle()
      })
      if (ran) return going as T
      return answered(going, () => ran, reply) as Promise<T>
    },
  }
}

/** Where Truce has answered, Nest is never told to go on. */
async function answered(going: unknown, ran: () => boolean, reply: object): Promise<unknown> {
  const handled = await going
  if (ran()) return handled
  ours(reply)
  return new Promise(() => {})
}
