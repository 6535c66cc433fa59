/**
 * Status: what is known of a key, for a caller that lost its answer and must not run anything to find out.
 *
 * The key comes in its header field, as in the request itself: in a path it would stand in every log on the way.
 *
 * @module
 */
import { OptionError } from '../../guard/errors.js'
import type { Answer, Incoming } from '../incoming.js'
import type { ServedOperation } from '../operation.js'
import { responseOf, WebIncoming } from '../web.js'
import type { RequestContext } from '../request-context.js'
import { KeyedRoute } from './route.js'

/** ms after which a store that did not answer may be asked again. */
const SOON = 1_000

/** @throws OptionError where it takes no keys */
export function routeOf(operation: ServedOperation): KeyedRoute<unknown> {
  const { keyed } = operation.served
  if (keyed instanceof KeyedRoute) return keyed as KeyedRoute<unknown>
  throw new OptionError('operation', operation.operation, 'an operation that was given rules for idempotency')
}

/**
 * Answers what is known of the key that a request carries, of its own tenant: 200 with `state` (`running`,
 * `completed`, `unknown`, `free`) and, in ms, `age` and `left`; 404 where nothing is known. Never rejects.
 *
 * @throws OptionError where the operation takes no keys
 */
export async function keyStatus(operation: ServedOperation, incoming: Incoming): Promise<Answer> {
  const answer = await said(routeOf(operation), incoming)
  // A cache would tell of a run that ended long ago that it is still running.
  return { ...answer, headers: [...answer.headers, ['cache-control', 'no-store']] }
}

async function said(route: KeyedRoute<unknown>, incoming: Incoming): Promise<Answer> {
  const claimed = route.claimed(incoming)
  if (claimed === undefined) return route.refused('missing')
  if (typeof claimed === 'string') return route.refused(claimed)
  try {
    const status = await route.settings.engine.status({ ...claimed, operation: route.operation })
    if (status.state === 'absent') return route.refused('unknown')
    const headers: Answer['headers'] = [['content-type', 'application/json'], ...route.announced]
    return { status: 200, headers, body: Buffer.from(JSON.stringify(status)) }
  } catch {
    return route.refused('unavailable', SOON)
  }
}

/**
 * A route that answers `keyStatus`, for any adapter that takes web-standard handlers, or by itself.
 *
 * @throws OptionError where the operation takes no keys
 * @example
 * app.get('/orders/status', (c) => status(c.req.raw)) // const status = statusRoute(create)
 */
export function statusRoute(
  operation: ServedOperation,
): (request: Request, context?: RequestContext) => Promise<Response> {
  routeOf(operation)
  return async (request, context) =>
    responseOf(await keyStatus(operation, context?.incoming ?? new WebIncoming(request)))
}
