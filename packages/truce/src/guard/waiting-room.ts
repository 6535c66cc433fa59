/**
 * Waiting room: background calls parked until the dependency has room.
 *
 * One for each operation, so that one which keeps failing holds up nobody else's.
 * The order and the pace are `policy/line`; here is only who waits and what wakes them: the line's
 * own turn, the breaker closing, a call that ended well.
 *
 * @module
 */
import type { Bulkhead, Waiter } from '../policy/concurrency.js'
import type { DependencyPolicy } from '../policy/dependency.js'
import { Line, LINE, type LineEnd } from '../policy/line.js'
import type { Random } from '../policy/random.js'
import type { Timer, Timers } from './wheel.js'

/** Where the breaker cannot say when it will let one through. */
export const ASK_AGAIN = 50

/** Who waits here. */
export interface Lined {
  /** It is your turn; tell `ended` how it went. */
  sentFromLine(now: number): void
}

/** All that is asked of a bulkhead: is there a place? */
type Places = Pick<Bulkhead<Waiter>, 'inFlight' | 'limit'>

export class WaitingRoom implements Timer {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = true
  readonly #line = new Line()
  /** Who waits, longest first, and the moment before which each may not go. */
  readonly #waiting = new Map<Lined, number>()
  readonly #policy: DependencyPolicy
  readonly #bulkhead: Places | null
  readonly #wheel: Timers
  readonly #now: () => number
  readonly #random: Random
  /** The rooms of the dependency in which somebody waits; this one enters and leaves by itself. */
  readonly #waitingRooms: Set<WaitingRoom>
  #pumping = false

  constructor(
    policy: DependencyPolicy,
    bulkhead: Places | null,
    wheel: Timers,
    now: () => number,
    random: Random,
    waitingRooms: Set<WaitingRoom>,
  ) {
    this.#waitingRooms = waitingRooms
    this.#policy = policy
    this.#bulkhead = bulkhead
    this.#wheel = wheel
    this.#now = now
    this.#random = random
  }

  get size(): number {
    return this.#waiting.size
  }

  /** @param wait at least so long, ms */
  join(call: Lined, now: number, wait: number): void {
    this.#waiting.set(call, now + wait)
    this.#waitingRooms.add(this)
    // Who may not go before the next look changes nothing: a crowd must not be counted at each arrival.
    if (this.due < 0 || now + wait < this.due) this.#pump(now)
  }

  /** Leaves without having been sent (abort, deadline). */
  leave(call: Lined): void {
    if (!this.#waiting.delete(call) || this.#waiting.size > 0) return
    this.#waitingRooms.delete(this)
    this.#wheel.remove(this)
    this.#line.emptied()
  }

  /** One that was sent from here ended, or left without a word. */
  ended(now: number, end: LineEnd | undefined): void {
    if (end === undefined || end === 'placed') this.#line.released()
    else if (end === 'badly') this.#line.failed(now, this.#random)
    else this.#line.succeeded(end === 'slowly')
    if (this.#waiting.size > 0) return this.#pump(now)
    this.#waitingRooms.delete(this)
    this.#line.emptied()
  }

  /** Somebody else's call ended well. */
  roomReturned(now: number): void {
    if (this.#waiting.size === 0) return
    this.#line.roomReturned()
    this.#pump(now)
  }

  /** The breaker closed. */
  reopened(now: number): void {
    this.#line.reopened()
    if (this.#waiting.size > 0) this.#pump(now)
  }

  ring(): void {
    this.#pump(this.#now())
  }

  #pump(now: number): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      this.#wheel.remove(this)
      let wait = this.#sendReady(now)
      if (this.#waiting.size === 0) return
      if (!Number.isFinite(wait)) wait = 1_000
      this.#wheel.add(this, now, Math.max(1, wait), true)
    } finally {
      this.#pumping = false
    }
  }

  /** Sends whoever may go. @returns ms until it is worth looking again */
  #sendReady(now: number): number {
    for (;;) {
      const wait = this.#waitAt(now)
      if (wait > 0) return wait
      const [call, notBefore] = this.#next(now)
      if (!call) return notBefore - now
      this.#waiting.delete(call)
      this.#line.sent(now)
      call.sentFromLine(now)
    }
  }

  #waitAt(now: number): number {
    const turn = this.#line.waitAt(now)
    if (turn > 0) return turn
    const stopped = Math.max(this.#policy.retriesStoppedFor(now), this.#policy.heldFor(now))
    if (stopped > 0) return stopped
    if (this.#bulkhead && this.#bulkhead.inFlight >= this.#bulkhead.limit) return ASK_AGAIN
    const { breaker } = this.#policy
    if (breaker === null || breaker.wouldAllow(now)) return 0
    // Open has an end that is known. A probe's place may come free before its time: it fails, or is given up.
    const latest = breaker.state(now) === 'open' ? Number.POSITIVE_INFINITY : LINE.backoff.initial
    return Math.max(ASK_AGAIN, Math.min(latest, breaker.retryAt(now) - now))
  }

  /** The one who has waited longest of those who may go; else nobody, and when the first may. */
  #next(now: number): [Lined | undefined, number] {
    let soonest = Number.POSITIVE_INFINITY
    for (const [call, notBefore] of this.#waiting) {
      if (notBefore <= now) return [call, notBefore]
      soonest = Math.min(soonest, notBefore)
    }
    return [undefined, soonest]
  }
}
