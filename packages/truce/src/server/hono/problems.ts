/**
 * Problems: Hono's error handler for what Truce refused.
 *
 * @module
 */
import { problemResponse } from '../problem.js'
import type { HonoContextLike } from './incoming.js'

type ErrorHandler<C> = (error: Error, c: C) => Response | Promise<Response>

/**
 * Answers what Truce refused.
 *
 * @param otherwise answers all other errors. Default: as Hono does by itself
 * @example
 * app.onError(problems())
 */
export function problems<C extends Pick<HonoContextLike, 'req'>>(otherwise: ErrorHandler<C> = asHono): ErrorHandler<C> {
  return (error, c) => problemResponse(error) ?? otherwise(error, c)
}

function asHono(error: Error): Response {
  const exception = error as { getResponse?: () => Response }
  if (exception.getResponse) return exception.getResponse()
  console.error(error)
  return new Response('Internal Server Error', {
    status: 500,
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
  })
}
