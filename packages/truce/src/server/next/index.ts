/**
 * Next: the dependency's side of the contract for route handlers of Next.js.
 *
 * @module
 */
import type { ServedOperation } from '../operation.js'
import { handle, type WebHandler } from '../web.js'
import { navigated } from './navigation.js'

/**
 * Makes a route handler, behind its operation.
 *
 * @example
 * export const POST = guarded(reserve, async (request, context, { params }: { params: Promise<{ sku: string }> }) =>
 *   Response.json(await stock.reserve((await params).sku, { context })))
 */
export function guarded<Of extends Request, Rest extends readonly unknown[]>(
  operation: ServedOperation,
  handler: WebHandler<Rest, Of>,
): (request: Of, ...rest: Rest) => Promise<Response> {
  return handle<Rest, Of>(operation, async (request, context, ...rest) => {
    try {
      return await handler(request, context, ...rest)
    } catch (error) {
      const response = navigated(error)
      if (response) return response
      throw error
    }
  })
}
