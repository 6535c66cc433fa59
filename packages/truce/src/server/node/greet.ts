/**
 * Greet: what every answer to a peer says, set before the handler runs.
 *
 * Once the answer is there, it could be added only by taking over the methods of the response: that costs more than the
 * rest of an admission.
 *
 * @module
 */
import type { Visit } from '../visit.js'

/** @param response where nothing was sent yet */
export function greet(visit: Visit, response: { setHeader(name: string, value: string): unknown }): void {
  const greeting = visit.greeting()
  if (greeting) response.setHeader(greeting[0], greeting[1])
}
