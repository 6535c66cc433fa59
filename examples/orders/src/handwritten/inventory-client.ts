/**
 * An inventory client as applications have it: three tries, at once, whatever went wrong, and no key.
 *
 * @module
 */
import { type Ask, send } from '../order/ask.js'

/** The same patience for an attempt as the Truce half. */
export const ATTEMPT_TIMEOUT_MS = 400

export async function threeTries(request: Ask, order: string): Promise<Response> {
  let failure: unknown
  for (let i = 0; i < 3; i++) {
    try {
      const answer = await send(request, order, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS))
      if (answer.ok) return answer
      failure = new Error(`${request.url} answered ${answer.status}`)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
