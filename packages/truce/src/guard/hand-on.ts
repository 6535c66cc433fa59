/**
 * Hand on: the slot of a call that left goes to the next in the queue.
 *
 * Never nested: of thousands in a queue each may end at once (its deadline has passed, the breaker
 * opened), and each that ends hands its slot on; on one stack they would overflow it.
 *
 * @module
 */
import type { Bulkhead } from '../policy/concurrency.js'
import type { Queued } from './core.js'

const freed: Bulkhead<Queued>[] = []
let handing = false

export function handOn(bulkhead: Bulkhead<Queued>, now: number): void {
  freed.push(bulkhead)
  if (handing) return
  handing = true
  try {
    for (let next = freed.pop(); next; next = freed.pop()) next.leave()?.dequeued(now)
  } finally {
    handing = false
  }
}
