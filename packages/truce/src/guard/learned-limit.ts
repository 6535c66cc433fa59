/**
 * Learned limit: tells the adaptive limit how attempts end, and the bulkhead what follows.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { cutShort } from '../policy/deadline.js'
import type { Lane } from './lane.js'
import type { Shared } from './partition.js'

/** An attempt ended. Some say nothing of how much room the dependency has. */
export function learn({ limit, bulkhead }: Shared, lane: Lane, failure: Failure | undefined, now: number): void {
  if (limit === undefined || bulkhead === null) return
  const verdict = failure?.class
  const silent = verdict === 'aborted' || verdict === 'exhausted' || failure?.refused === true
  const cut = verdict === 'timeout' && cutShort(lane.given, lane.timeout)
  if (silent || cut) return limit.released()
  if (!limit.ended(now - lane.startedAt, verdict === 'timeout' || verdict === 'overloaded')) return
  bulkhead.setLimit(limit.limit)
  for (let next = bulkhead.admitNext(); next; next = bulkhead.admitNext()) next.dequeued(now)
}
