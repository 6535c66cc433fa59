/**
 * Fastify: the dependency's side of the contract for Fastify 5.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { contextOfVisit } from '../node/visit-of.js'
import type { RequestContext } from '../request-context.js'

export { type FastifyRoute, route } from './route.js'
export { problems } from './problems.js'

/**
 * The context of a request whose route is `route(operation)`, for guards inside.
 *
 * @throws OptionError for a request whose route has no operation
 */
export function contextOf(request: { readonly raw: IncomingMessage }): RequestContext {
  return contextOfVisit(request.raw)
}
