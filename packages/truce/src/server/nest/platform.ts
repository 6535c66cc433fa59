/**
 * Platform: the objects of node:http beneath those of Nest's platforms.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { contextOfVisit, placeOf } from '../node/visit-of.js'
import type { RequestContext } from '../request-context.js'

/** What of Nest's ExecutionContext and ArgumentsHost is needed. */
export interface HostLike {
  switchToHttp(): {
    getRequest(): object
    getResponse(): object
  }
}

/** Fastify's have the real ones as `raw`. */
export function messageOf(request: object): IncomingMessage {
  return (request as { readonly raw?: IncomingMessage }).raw ?? (request as IncomingMessage)
}

export function responseOf(response: object): ServerResponse {
  return (response as { readonly raw?: ServerResponse }).raw ?? (response as ServerResponse)
}

/** Fastify gets what is not its own back only by being told; Express needs nothing. */
export function ours(response: object): void {
  ;(response as { readonly hijack?: () => unknown }).hijack?.()
}

/**
 * The context of a request behind `guarded()`, for guards inside.
 *
 * @param request as `@Req()` gives it
 * @throws OptionError for a request whose route has no operation
 */
export function contextOf(request: object): RequestContext {
  return contextOfVisit(placeOf(messageOf(request)))
}
