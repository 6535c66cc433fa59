/**
 * Visit of: where the visit of a request is found again, by handlers and by error handlers.
 *
 * A WeakMap costs ten times a property.
 *
 * @module
 */
import type { RequestContext } from '../request-context.js'
import type { Visit } from '../visit.js'
import { OptionError } from '../../guard/errors.js'

const VISIT = Symbol('truce.visit')

interface Visited {
  [VISIT]?: Visit
}

export function keepVisit(request: object, visit: Visit): void {
  ;(request as Visited)[VISIT] = visit
}

export function visitOf(request: object): Visit | undefined {
  return (request as Visited)[VISIT]
}

/** @throws OptionError for a request whose route has no operation */
export function contextOfVisit(request: object): RequestContext {
  const visit = visitOf(request)
  if (visit) return visit.context
  throw new OptionError('request', undefined, 'one of a route that a served operation stands before')
}
