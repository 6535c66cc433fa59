/**
 * Served: an attempt as a service's own log has it.
 *
 * @module
 */
import type { ServedAttempt } from '../src/attempts-log.js'

export const served = (call: string, t: number, over: Partial<ServedAttempt> = {}): ServedAttempt => ({
  v: 1,
  side: 'server',
  t,
  call,
  order: call,
  service: 'inventory',
  dependency: 'inventory',
  operation: 'reserve',
  effect: 'write',
  ms: 1,
  outcome: 'ok',
  certainty: 'applied',
  delivered: true,
  ...over,
})
