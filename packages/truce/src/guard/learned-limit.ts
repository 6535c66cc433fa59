/**
 * Learned limit: tells the adaptive limit how attempts end, and the bulkhead what follows.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { isSilent } from '../policy/dependency.js'
import type { Lane } from './lane.js'
import type { Shared } from './partition.js'

/** An attempt ended. Some say nothing of how much room the dependency has. */
export function learn({ limit, bulkhead }: Shared, lane: Lane, failure: Failure | undefined, now: number): void {
  if (limit === undefined || bulkhead === null) return
  const ms = now - lane.startedAt
  if (failure && isSilent(failure, lane.given, lane.timeout, ms)) return limit.released()
  if (!limit.ended(ms, failure?.class === 'timeout' || failure?.class === 'overloaded')) return
  bulkhead.setLimit(limit.limit)
  for (let next = bulkhead.admitNext(); next; next = bulkhead.admitNext()) next.dequeued(now)
}
