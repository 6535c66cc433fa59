/**
 * Process budget: the one that all calls of `retry()` share, in a process that declares nothing.
 *
 * It is the `Budget` that has one part, no floor, no limit a second, no parent, and as much at the start as a
 * bucket can ever hold: a script that waits for its database gets its attempts. What of the rules is left then
 * is this, a seventh of the code, and a property test holds the two together. There is no dependency whose breaker or
 * governor could refuse, either: it is all the room that a retry needs.
 *
 * @module
 */
import { BUDGET, type Payment } from './budget.js'
import type { Room } from './retry.js'
import type { StopReason } from './stop.js'
import { RETRY } from './shares.js'
import { TimeWindow } from './window.js'

/** Columns of the window. */
const ORIGINALS = 0
const RETRIES = 1

const FULL = BUDGET.capacityMax * RETRY
const PAID = 1

/** The budget that all calls of `retry()` in a process share. */
export class ProcessBudget implements Room {
  readonly #window = new TimeWindow(BUDGET.window, 2)
  /** In units; without what was deposited since somebody asked. */
  #held = FULL
  #deposits = 0
  /** Not entered yet, all of the window's current bucket. */
  #originals = 0

  /** A first attempt goes out. */
  original(now: number): void {
    if (now >= this.#window.ends) this.#settle(now)
    this.#originals++
  }

  /** A first attempt succeeded: the only thing that fills the bucket. */
  deposit(): void {
    this.#deposits++
  }

  /** Nothing but the budget refuses. */
  refusesRetry(): StopReason | undefined {
    return undefined
  }

  /** Pays for one retry now; `null` where it cannot. */
  pay(now: number): Payment | null {
    this.#settle(now)
    const ceiling = Math.max(BUDGET.capacityMax, BUDGET.ratio * this.#window.sum(ORIGINALS, now))
    if (ceiling - this.#window.sum(RETRIES, now) < 1 || this.#held < RETRY) return null
    this.#window.add(RETRIES, now)
    this.#held -= RETRY
    return PAID
  }

  /** The retry succeeded: its cost comes back. It was made, so the ceiling still counts it. */
  refund(now: number): void {
    this.#settle(now)
    this.#add(RETRY)
  }

  /** The retry paid for at `then` was never made (abort, deadline): the ceiling forgets it as well. */
  takeBack(then: number, now: number): void {
    this.#settle(now)
    this.#window.takeBack(RETRIES, then, now)
    this.#add(RETRY)
  }

  /** Enters what was counted, and moves the window on. */
  #settle(now: number): void {
    this.#window.addLatest(ORIGINALS, this.#originals)
    this.#originals = 0
    this.#window.moveOn(now)
    this.#add(BUDGET.deposit * RETRY * this.#deposits)
    this.#deposits = 0
  }

  #add(units: number): void {
    this.#held = Math.min(FULL, this.#held + units)
  }
}
