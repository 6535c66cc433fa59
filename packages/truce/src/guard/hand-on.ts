/**
 * Hand on: the slot of a call that left goes to the next in the queue.
 *
 * Never nested: of thousands in a queue each may end at once (its deadline has passed, the breaker
 * opened), and each that ends hands its slot on; on one stack they would overflow it.
 *
 * @module
 */
import type { Bulkhead, Waiter } from '../policy/concurrency.js'

/** Who stands in the bulkhead's queue. */
export interface Queued extends Waiter {
  /** The slot of the one who left is yours. */
  dequeued(now: number): void
}

const freed: Bulkhead<Queued>[] = []
let handing = false

export function handOn(bulkhead: Bulkhead<Queued>, now: number): void {
  if (bulkhead.waiting === 0) return void bulkhead.leave()
  freed.push(bulkhead)
  if (handing) return
  handing = true
  try {
    for (let next = freed.pop(); next; next = freed.pop()) next.leave()?.dequeued(now)
  } finally {
    handing = false
  }
}
