/**
 * Arrival: a request at the door, and what is said to one that may not come in.
 *
 * @module
 */
import type { RetryShare } from './retry-share.js'

/** Why: its time is up or will be; no room; more than its share (a caller's, or the contract's of retries); the service stops. */
export type RefusalReason = 'deadline' | 'overloaded' | 'share' | 'draining'

/** A refusal, before any work. */
export interface Refusal {
  readonly reason: RefusalReason
  /** `host`: another instance may take it. `service`: none will. */
  readonly scope: 'host' | 'service'
  /** When its place comes, in ms from now; `undefined`: none was kept for it. */
  readonly slot: number | undefined
}

/** It waits: `next` or `expired` will hand it out. */
export const QUEUED = 'queued'

/**
 * A request at the door. What a driver hangs on it, it adds by extending this class; one that has ended may be
 * used again for the next request.
 */
export class Arrival {
  /** Known not to be the first attempt of its call. */
  retry = false
  background = false
  /** Who calls, where that is believed; strangers share one name, `undefined`. */
  caller: string | undefined = undefined
  /** When its caller stops waiting, on the clock of `now`. */
  deadline = Number.POSITIVE_INFINITY
  /** Its caller has left what is worked on: whoever uses it again sets it back. */
  abandoned = false
  /** Of its operation, where the contract bounds the share of retries. */
  retries: RetryShare | undefined = undefined
  /** Why it left the queue unserved: of those that `expired` hands out. */
  refusal: Refusal | undefined = undefined

  /** Admission's own, not for drivers: its links and place in the queue, since when, and what its caller was charged. */
  ahead: Arrival | undefined = undefined
  behind: Arrival | undefined = undefined
  rank = -1
  since = 0
  charged = 0
  account = 0
}
