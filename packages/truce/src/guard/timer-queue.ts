/**
 * Timer queue: the timers of attempts that were all given the same time.
 *
 * Who started first is due first: a linked list says that without slots and rounding, and only its head needs
 * a place on the wheel. Of what an attempt with a timeout costs, the wheel is the dearest part but for the clock.
 *
 * @module
 */
import type { Timer, Timers } from './timer.js'

/** What waits extends this, so that waiting allocates nothing. */
export interface Dated {
  /** ms on the guard's clock. */
  readonly began: number
  earlier: Dated | undefined
  later: Dated | undefined
  /** Its time is up. */
  ring(): void
}

export class TimerQueue implements Timer {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  readonly #timers: Timers
  readonly #now: () => number
  /** What each is given, ms. */
  readonly #ms: number
  /** Of a ring: `first.earlier` is the last. Each pointer from what is old to what is young costs a call a few ns. */
  #first: Dated | undefined

  /** @param ms what each is given, more than 0 */
  constructor(timers: Timers, now: () => number, ms: number) {
    this.#timers = timers
    this.#now = now
    this.#ms = ms
  }

  get empty(): boolean {
    return this.#first === undefined
  }

  /** Rings it when its time is up, up to 1 ms late. It began no earlier than any other that is in here. */
  add(timer: Dated): void {
    const first = this.#first
    if (first === undefined) {
      timer.earlier = timer
      timer.later = timer
      this.#first = timer
      if (this.due < 0) this.#timers.add(this, timer.began, this.#ms, false)
      return
    }
    const last = first.earlier as Dated
    timer.earlier = last
    timer.later = first
    last.later = timer
    first.earlier = timer
  }

  /** Takes it off; nothing happens where it is not on. */
  remove(timer: Dated): void {
    const { earlier, later } = timer
    if (earlier === undefined || later === undefined) return
    if (later === timer) this.#first = undefined
    else {
      earlier.later = later
      later.earlier = earlier
      if (this.#first === timer) this.#first = later
    }
    timer.earlier = undefined
    timer.later = undefined
  }

  /** The head's time is up, or that of one which has gone. */
  ring(): void {
    const now = this.#now()
    for (let first = this.#first; first && first.began + this.#ms <= now; first = this.#first) {
      this.remove(first)
      first.ring()
    }
    // A ring may have added others, and armed for them.
    if (this.#first && this.due < 0) {
      this.#timers.add(this, now, Math.max(1, this.#first.began + this.#ms - now), false)
    }
  }
}
