/**
 * Own timers: a timer each, for runtimes where a timer belongs to the request that armed it.
 *
 * In Cloudflare's workers it dies with that request. A wheel's one alarm, armed by a call that has been
 * answered since, never rings; every later call waits behind it for ever, and the runtime ends it with a
 * 500. There a timer a call is the price of being woken at all.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/performance/ for the clock, which advances with I/O only
 * @module
 */
import type { Alarm, Clock } from './clock.js'
import type { Timer, Timers } from './timer.js'

/** `Timer.due` of a timer that is off. */
const OFF = -1

export class OwnTimers implements Timers {
  readonly shared = false
  readonly #clock: Clock
  /** With those of requests that were abandoned: nothing tells of them. */
  size = 0
  /** Weak: of a request that was abandoned nothing rings, and nothing would take the entry away. */
  readonly #alarms = new WeakMap<Timer, Alarm>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(timer: Timer, now: number, ms: number, keepsAlive: boolean): void {
    if (ms === Number.POSITIVE_INFINITY) return
    timer.due = Math.ceil(now + ms)
    timer.keepsAlive = keepsAlive
    this.size++
    this.#arm(timer, now)
  }

  remove(timer: Timer): void {
    timer.due = OFF
    this.#alarms.get(timer)?.cancel()
    if (this.#alarms.delete(timer)) this.size--
  }

  #arm(timer: Timer, now: number): void {
    const alarm = this.#clock.alarm(Math.max(0, timer.due - now), () => {
      // One that another request took off cannot be cancelled from there, and rings all the same.
      if (this.#alarms.get(timer) !== alarm) return
      const late = this.#clock.now()
      if (late < timer.due) return this.#arm(timer, late)
      this.remove(timer)
      timer.ring()
    })
    alarm.keepAlive(timer.keepsAlive)
    this.#alarms.set(timer, alarm)
  }
}
