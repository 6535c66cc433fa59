/**
 * Wheel: one timer for all attempts and waits of a process.
 *
 * A `setTimeout` a call costs more than the rest of the guard, and clearing it again as much. Here
 * a timer is a link in one of 2,048 slots of 1 ms; a call that succeeds unlinks itself, and the one
 * real alarm, armed for the earliest slot in use, simply finds the slot empty. The cost of a call is
 * the same with 100,000 others in flight.
 *
 * @see G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987), scheme 6
 * @module
 */
import { boundToRequests } from '../context/own-turn.js'
import { type Alarm, type Clock, systemClock } from './clock.js'
import { OwnTimers } from './own-timers.js'
import type { Timer, Timers } from './timer.js'

export type { Timer, Timers }

const SLOTS = 2_048
/** An alarm that rings so many ms late means that the event loop stood still. */
const STALL = 50
const MASK = SLOTS - 1
/** `Timer.due` of a timer that is on no wheel, and of one whose turn has come. */
const OFF = -1
const RINGING = -2

export class Wheel implements Timers {
  readonly shared = true
  readonly #clock: Clock
  readonly #slots: (Timer | undefined)[] = Array.from({ length: SLOTS })
  readonly #used = new Int32Array(SLOTS / 32)
  /** All slots up to this wheel time have been rung. */
  #rungUntil = 0
  readonly #due: Timer[] = []
  #timers = 0
  #keepAlives = 0
  #alarm: Alarm | undefined
  #alarmAt = Number.POSITIVE_INFINITY
  #lookedAgain = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Timers on it that somebody waits for. */
  get size(): number {
    let empty = 0
    for (const slot of this.#slots) for (let timer = slot; timer; timer = timer.later) if (timer.empty) empty++
    return this.#timers - empty
  }

  /** Rings `timer` once, `ms` (more than 0) after `now` or up to 1 ms later; never, for `Infinity`. */
  add(timer: Timer, now: number, ms: number, keepsAlive: boolean): void {
    if (ms === Number.POSITIVE_INFINITY) return
    if (this.#timers++ === 0) this.#rungUntil = Math.floor(now)
    const due = Math.max(this.#rungUntil + 1, Math.ceil(now + ms))
    timer.due = due
    timer.keepsAlive = keepsAlive
    this.#link(timer)
    if (due < this.#alarmAt) this.#arm(Math.min(due, this.#rungUntil + SLOTS), now)
    if (keepsAlive && this.#keepAlives++ === 0) this.#alarm?.keepAlive(true)
  }

  /** Takes the timer off; nothing happens where it is not on. */
  remove(timer: Timer): void {
    if (timer.due < 0) {
      timer.due = OFF
      return
    }
    this.#unlink(timer)
    this.#timers--
    if (timer.keepsAlive && --this.#keepAlives === 0) this.#alarm?.keepAlive(false)
  }

  #arm(at: number, now: number): void {
    this.#alarm?.cancel()
    this.#alarmAt = at
    this.#alarm = this.#clock.alarm(Math.max(0, at - now), this.#ring)
    this.#alarm.keepAlive(this.#keepAlives > 0)
  }

  readonly #ring = (): void => {
    const now = this.#clock.now()
    const stalled = now - this.#alarmAt > STALL && !this.#lookedAgain
    this.#alarm = undefined
    this.#alarmAt = Number.POSITIVE_INFINITY
    this.#lookedAgain = stalled
    // The process stood still, and timers come before sockets: answers may lie there unread, that
    // would all be taken for timeouts. They get one turn first.
    if (stalled) return this.#arm(now + 1, now)
    const until = Math.floor(now)
    // After a long pause one turn sees every slot: what is due is due in any of them.
    const first = Math.max(this.#rungUntil + 1, until - SLOTS + 1)
    this.#rungUntil = until
    for (let time = first; time <= until; time++) this.#ringSlot(time & MASK, until)
    if (this.#timers > 0) this.#arm(this.#nextUsed(), this.#clock.now())
  }

  #ringSlot(slot: number, until: number): void {
    const due = this.#due
    for (let timer = this.#slots[slot], later: Timer | undefined; timer; timer = later) {
      later = timer.later
      if (timer.due > until) continue
      this.remove(timer)
      timer.due = RINGING
      due.push(timer)
    }
    // Ring only after all are off: a ring may remove or add others of this very slot. Oldest first.
    for (let timer = due.pop(); timer; timer = due.pop()) {
      if (timer.due !== RINGING) continue
      timer.due = OFF
      timer.ring()
    }
  }

  /** The earliest time after the last ring whose slot is used, by any turn of the wheel. */
  #nextUsed(): number {
    for (let ahead = 1; ahead <= SLOTS;) {
      const slot = (this.#rungUntil + ahead) & MASK
      const word = (this.#used[slot >> 5] as number) >>> (slot & 31)
      if (word & 1) return this.#rungUntil + ahead
      ahead += word === 0 ? 32 - (slot & 31) : 31 - Math.clz32(word & -word)
    }
    return this.#rungUntil + SLOTS
  }

  #link(timer: Timer): void {
    const slot = timer.due & MASK
    const head = this.#slots[slot]
    timer.earlier = undefined
    timer.later = head
    if (head) head.earlier = timer
    else this.#used[slot >> 5] = (this.#used[slot >> 5] as number) | (1 << (slot & 31))
    this.#slots[slot] = timer
  }

  #unlink(timer: Timer): void {
    const slot = timer.due & MASK
    if (timer.earlier) timer.earlier.later = timer.later
    else {
      this.#slots[slot] = timer.later
      if (!timer.later) this.#used[slot >> 5] = (this.#used[slot >> 5] as number) & ~(1 << (slot & 31))
    }
    if (timer.later) timer.later.earlier = timer.earlier
    timer.earlier = undefined
    timer.later = undefined
    timer.due = OFF
  }
}

const wheels = new WeakMap<Clock, Timers>()

/** The wheel of a clock: one for the whole process and its real clock, where timers outlive a request. */
export function wheelOf(clock: Clock = systemClock): Timers {
  let wheel = wheels.get(clock)
  if (!wheel) {
    const own = clock === systemClock && boundToRequests()
    wheels.set(clock, (wheel = own ? new OwnTimers(clock) : new Wheel(clock)))
  }
  return wheel
}
