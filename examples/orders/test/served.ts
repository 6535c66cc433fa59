/**
 * Served: an attempt as it reached a service.
 *
 * @module
 */
import type { ServedAttempt } from '../src/measure/served.js'

export const served = (call: string, t: number, over: Partial<ServedAttempt> = {}): ServedAttempt => ({
  t,
  call,
  operation: 'reserve',
  effect: 'write',
  outcome: 'ok',
  certainty: 'applied',
  delivered: true,
  ...over,
})
