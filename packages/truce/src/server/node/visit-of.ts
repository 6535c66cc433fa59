/**
 * Visit of: where the visit of a request is found again, by handlers and by error handlers.
 *
 * A WeakMap costs ten times a property.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { RequestContext } from '../request-context.js'
import type { Visit } from '../visit.js'
import { OptionError } from '../../guard/errors.js'

const VISIT = Symbol('truce.visit')

interface Visited {
  [VISIT]?: Visit
}

export function keepVisit(place: object, visit: Visit): void {
  ;(place as Visited)[VISIT] = visit
}

export function visitOf(place: object): Visit | undefined {
  return (place as Visited)[VISIT]
}

/**
 * Where the visit of a request is kept: at the request, but for Express'. Express gives each request another prototype,
 * after which a property more is dear; its `locals` are made to be written to.
 */
export function placeOf(request: IncomingMessage): object {
  return (request as OfExpress).res?.locals ?? request
}

interface OfExpress extends IncomingMessage {
  readonly res?: { readonly locals?: object }
}

/** @throws OptionError where no served operation has kept a visit */
export function contextOfVisit(place: object): RequestContext {
  const visit = visitOf(place)
  if (visit) return visit.context
  throw new OptionError('request', undefined, 'one of a route that a served operation stands before')
}
