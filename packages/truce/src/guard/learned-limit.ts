/**
 * Learned limit: a bulkhead whose limit follows how attempts end.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import type { Bulkhead } from '../policy/concurrency.js'
import { isSilent } from '../policy/dependency.js'
import { AdaptiveLimit, type LimitSettings } from '../policy/limit.js'
import type { Queued } from './hand-on.js'
import type { Lane } from './lane.js'

export class LearnedLimit {
  readonly #limit: AdaptiveLimit
  readonly #bulkhead: Bulkhead<Queued>

  constructor(settings: LimitSettings, bulkhead: Bulkhead<Queued>) {
    this.#limit = new AdaptiveLimit(settings)
    this.#bulkhead = bulkhead
  }

  started(): void {
    this.#limit.started()
  }

  /** The attempt was given up. */
  released(): void {
    this.#limit.released()
  }

  /** An attempt ended. Some say nothing of how much room the dependency has. */
  ended(lane: Lane, failure: Failure | undefined, now: number): void {
    const ms = now - lane.startedAt
    if (failure && isSilent(failure, lane.given, lane.timeout, ms)) return this.released()
    if (!this.#limit.ended(ms, failure?.class === 'timeout' || failure?.class === 'overloaded')) return
    const bulkhead = this.#bulkhead
    bulkhead.setLimit(this.#limit.limit)
    for (let next = bulkhead.admitNext(); next; next = bulkhead.admitNext()) next.dequeued(now)
  }
}
