/**
 * Concurrency: a bulkhead with a bounded first-in-first-out queue.
 *
 * A slot that comes free is handed to the one who has waited longest, in the same step: if it were
 * put back for whoever comes next, newcomers would overtake the queue (cockatiel's bulkhead lets a
 * newcomer run first and rejects five others because the queue still holds the old waiter).
 * The limit may be moved while it is in use: nobody is thrown out when it shrinks, and what comes
 * free above it is not handed on. What waits is opaque here; parking and waking is the driver's.
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

/** What became of an attempt that asks for a slot. */
export type Entry = 'entered' | 'queued' | 'refused'

/** A place in the queue. Waiters extend it, so that waiting allocates nothing more. */
export interface Waiter {
  /** The queue's links; not for the waiter. */
  ahead: Waiter | undefined
  behind: Waiter | undefined
  queued: boolean
}

/** A bounded number of attempts at once, and a bounded queue before it. */
export class Bulkhead<W extends Waiter> {
  /** As it was made; the limit in force is `limit`. */
  readonly settings: ConcurrencySettings
  #limit: number
  #inFlight = 0
  #waiting = 0
  #first: Waiter | undefined
  #last: Waiter | undefined

  constructor(settings: ConcurrencySettings) {
    this.settings = settings
    this.#limit = settings.limit
  }

  /** Attempts at once, as of now. */
  get limit(): number {
    return this.#limit
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Takes a free slot, or answers `false`: for whoever will not wait. Those who wait are not overtaken. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.#limit || this.#first) return false
    this.#inFlight++
    return true
  }

  /** Takes a slot, or a place in the queue, or neither. */
  enter(waiter: W): Entry {
    if (this.tryEnter()) return 'entered'
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
    this.#inFlight--
    return this.admitNext()
  }

  /**
   * Hands a free slot to the one who has waited longest, who holds it from now on; `undefined` where no
   * slot is free or nobody waits.
   */
  admitNext(): W | undefined {
    const next = this.#first as W | undefined
    if (!next || this.#inFlight >= this.#limit) return undefined
    this.#unlink(next)
    this.#inFlight++
    return next
  }

  /**
   * Moves the limit. Those inside stay; after growing, call `admitNext` until it answers `undefined`.
   *
   * @param limit attempts at once; below 1 is 1, or nobody would ever come in again
   */
  setLimit(limit: number): void {
    this.#limit = Math.max(1, Math.floor(limit))
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
