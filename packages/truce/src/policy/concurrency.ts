/**
 * Concurrency: a fixed bulkhead with a bounded first-in-first-out queue.
 *
 * A slot that comes free is handed to the one who has waited longest, in the same step: if it were
 * put back for whoever comes next, newcomers would overtake the queue (cockatiel's bulkhead lets a
 * newcomer run first and rejects five others because the queue still holds the old waiter).
 * What waits is opaque here; parking and waking is the driver's.
 *
 * @module
 */

/** No limit unless asked for; a queue as long as the limit, so that a short burst passes and a long one is refused. */
export interface ConcurrencySettings {
  /** Attempts at once. */
  readonly limit: number
  /** How many may wait; 0 refuses at once. */
  readonly queue: number
}

export type Entry = 'entered' | 'queued' | 'refused'

/** A place in the queue. Waiters extend it, so that waiting allocates nothing more. */
export interface Waiter {
  /** The queue's links; not for the waiter. */
  ahead: Waiter | undefined
  behind: Waiter | undefined
  queued: boolean
}

export class Bulkhead<W extends Waiter> {
  readonly settings: ConcurrencySettings
  #inFlight = 0
  #waiting = 0
  #first: Waiter | undefined
  #last: Waiter | undefined

  constructor(settings: ConcurrencySettings) {
    this.settings = settings
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Takes a slot, or a place in the queue, or neither. */
  enter(waiter: W): Entry {
    if (this.#inFlight < this.settings.limit) {
      this.#inFlight++
      return 'entered'
    }
    if (this.#waiting >= this.settings.queue) return 'refused'
    waiter.ahead = this.#last
    waiter.behind = undefined
    waiter.queued = true
    if (this.#last) this.#last.behind = waiter
    else this.#first = waiter
    this.#last = waiter
    this.#waiting++
    return 'queued'
  }

  /** Gives a slot back. The waiter returned holds it from now on. */
  leave(): W | undefined {
    const next = this.#first as W | undefined
    if (next) this.#unlink(next)
    else this.#inFlight--
    return next
  }

  /** Leaves the queue (abort, deadline); `false` if it was not in it. */
  cancel(waiter: W): boolean {
    if (!waiter.queued) return false
    this.#unlink(waiter)
    return true
  }

  #unlink(waiter: W): void {
    if (waiter.ahead) waiter.ahead.behind = waiter.behind
    else this.#first = waiter.behind
    if (waiter.behind) waiter.behind.ahead = waiter.ahead
    else this.#last = waiter.ahead
    waiter.ahead = undefined
    waiter.behind = undefined
    waiter.queued = false
    this.#waiting--
  }
}
