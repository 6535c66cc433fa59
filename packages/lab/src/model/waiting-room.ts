/**
 * Waiting room: background calls of one process, until there is room.
 *
 * The order and the pace are the shipped `Line`'s; here is who waits, and when to look again, as the guard does it.
 *
 * @module
 */
import { type DependencyPolicy, Line, LINE, type LineEnd, type Random } from 'truce/policy'

/** Where nobody can say when there will be room, ms. The guard's. */
export const ASK_AGAIN = 50
/** Looks again after so long, whatever happens. */
const LOOK = 1_000

export interface Room {
  readonly policy: DependencyPolicy
  readonly random: Random
  /** Attempts at once: is there a place? */
  readonly full: () => boolean
  /** It is the call's turn. */
  readonly send: (call: number, now: number) => void
  /** Ring at that time. @returns the event's turn: one that was asked for before counts no more */
  readonly ringAt: (time: number) => number
}

export class WaitingRoom {
  readonly #room: Room
  readonly #line = new Line()
  /** Who waits, longest first, and before when each may not go. */
  readonly #waiting = new Map<number, number>()
  /** Does it hear of the breaker? From the first that waits until the last that was sent has ended. */
  #listed = false
  #due = Number.POSITIVE_INFINITY
  #turn = -1
  #pumping = false

  constructor(room: Room) {
    this.#room = room
  }

  join(call: number, now: number, wait: number): void {
    this.#waiting.set(call, now + wait)
    this.#listed = true
    if (this.#due === Number.POSITIVE_INFINITY || now + wait < this.#due) this.#pump(now)
  }

  /** Leaves without having been sent. */
  leave(call: number): void {
    if (!this.#waiting.delete(call) || this.#waiting.size > 0) return
    this.#due = Number.POSITIVE_INFINITY
    this.#listed = false
    this.#line.emptied()
  }

  /** One that was sent from here ended, or left without a word. */
  ended(now: number, end: LineEnd | undefined): void {
    if (end === undefined || end === 'placed') this.#line.released()
    else if (end === 'badly') this.#line.failed(now, this.#room.random)
    else this.#line.succeeded(end === 'slowly')
    if (this.#waiting.size > 0) return this.#pump(now)
    this.#listed = false
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
    if (!this.#listed) return
    this.#line.reopened()
    if (this.#waiting.size > 0) this.#pump(now)
  }

  /** @param turn of the event that came */
  ring(turn: number, now: number): void {
    if (turn === this.#turn && this.#due < Number.POSITIVE_INFINITY) this.#pump(now)
  }

  #pump(now: number): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#due = Number.POSITIVE_INFINITY
    const wait = this.#sendReady(now)
    this.#pumping = false
    if (this.#waiting.size === 0) return
    this.#due = Math.ceil(now + Math.max(1, Number.isFinite(wait) ? wait : LOOK))
    this.#turn = this.#room.ringAt(this.#due)
  }

  /** Sends whoever may go. @returns ms until it is worth looking again */
  #sendReady(now: number): number {
    for (;;) {
      const wait = this.#waitAt(now)
      if (wait > 0) return wait
      const [call, notBefore] = this.#next(now)
      if (call < 0) return notBefore - now
      this.#waiting.delete(call)
      this.#line.sent(now)
      this.#room.send(call, now)
    }
  }

  #waitAt(now: number): number {
    const turn = this.#line.waitAt(now)
    if (turn > 0) return turn
    const { policy, full } = this.#room
    const stopped = Math.max(policy.retriesStoppedFor(now), policy.heldFor(now))
    if (stopped > 0) return stopped
    if (full()) return ASK_AGAIN
    const { breaker } = policy
    if (breaker === null || breaker.wouldAllow(now)) return 0
    const latest = breaker.state(now) === 'open' ? Number.POSITIVE_INFINITY : LINE.backoff.initial
    return Math.max(ASK_AGAIN, Math.min(latest, breaker.retryAt(now) - now))
  }

  /** The one who has waited longest of those who may go; else −1, and when the first may. */
  #next(now: number): readonly [call: number, notBefore: number] {
    let soonest = Number.POSITIVE_INFINITY
    for (const [call, notBefore] of this.#waiting) {
      if (notBefore <= now) return [call, notBefore]
      soonest = Math.min(soonest, notBefore)
    }
    return [-1, soonest]
  }
}
