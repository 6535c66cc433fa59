/**
 * Timer: what waits for its time, and what wakes it.
 *
 * @module
 */

/** What waits extends this, so that waiting allocates nothing. */
export interface Timer {
  /** Time (whole ms) at which it is due; -1 while it is off. */
  due: number
  earlier: Timer | undefined
  later: Timer | undefined
  /** Does the process wait for it? */
  keepsAlive: boolean
  ring(): void
  /** Nobody waits behind it any more: it goes when it rings. */
  readonly empty?: boolean
}

export interface Timers {
  /** Do timers outlive the call, or the request, that added them? */
  readonly shared: boolean
  /** Timers that are on and not empty; counted when asked. */
  readonly size: number
  /** Rings `timer` once, `ms` (more than 0) after `now` or up to 1 ms later; never, for `Infinity`. */
  add(timer: Timer, now: number, ms: number, keepsAlive: boolean): void
  /** Takes the timer off; nothing happens where it is not on. */
  remove(timer: Timer): void
}
