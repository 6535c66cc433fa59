/**
 * Door: drives `policy/admission` for the requests of a process.
 *
 * It decides nothing. It wakes whom the policy lets in, refuses whom it hands out, asks again when it has to, and sees to
 * it that a place that was given comes back.
 *
 * @module
 */
import type { Clock } from '../../guard/clock.js'
import type { Timer } from '../../guard/timer.js'
import { type Timers, wheelOf } from '../../guard/wheel.js'
import { Admission, type AdmissionSettings } from '../../policy/admission/index.js'
import { admissionGauges } from '../../telemetry/served.js'
import type { AdmittedOperation } from '../admission-port.js'
import type { AtDoor, Turn } from './turn.js'

/**
 * A handler that hears that its caller has left may stop without a word, and where it is middleware's, nothing would ever
 * end its request. Most do not look, and work on: their place is not free before. After so long it is taken for free, ms:
 * with 10 s whatever the service waits for, were it gone for longer, had twice as much to do when it came back.
 */
const LOST = 60_000

export class Door implements AtDoor {
  readonly policy: Admission<Turn>
  #clock: Clock | undefined
  #alarm: QueueAlarm | undefined
  #drained: (() => void)[] = []

  constructor(settings: AdmissionSettings) {
    this.policy = new Admission(settings)
  }

  /** A service stands behind it from now on. Of several, the clock is that of the first. */
  attach({ service, clock }: Pick<AdmittedOperation, 'service' | 'clock'>): void {
    this.#clock ??= clock
    this.#alarm ??= new QueueAlarm(wheelOf(clock), () => this.changed(clock.now()))
    const { policy } = this
    admissionGauges(service, () => {
      const { limit, inFlight, waiting, load } = policy
      return { limit, inFlight, waiting, load }
    })
  }

  drain(): Promise<void> {
    this.policy.drain()
    return new Promise((resolve) => {
      this.#drained.push(resolve)
      this.#tellDrained()
    })
  }

  /** Somebody came to wait, left, or ended. */
  changed(now: number): void {
    const { policy } = this
    for (let next = policy.next(now); next; next = policy.next(now)) next.admit(now)
    for (let out = policy.expired(now); out; out = policy.expired(now)) out.refuse(now)
    this.#alarm?.setFor(policy.nextAt(), now)
    this.#tellDrained()
  }

  gone(turn: Turn, now: number): void {
    this.policy.cancel(turn)
    this.changed(now)
  }

  abandoned(turn: Turn, now: number): void {
    const clock = this.#clock
    if (turn.lost || !clock) return
    turn.lost = new LostTimer(() => turn.forget(clock.now()))
    wheelOf(clock).add(turn.lost, now, LOST, false)
  }

  ended(turn: Turn, ms: number, whole: boolean, now: number): void {
    const { policy } = this
    if (turn.lost && this.#clock) wheelOf(this.#clock).remove(turn.lost)
    policy.served(turn, ms, now, whole)
    if (policy.waiting > 0) this.changed(now)
    else if (this.#drained.length > 0) this.#tellDrained()
  }

  /** How long it took is not known: the minute is the door's own, and would be learned as the service's. */
  forgotten(turn: Turn, now: number): void {
    this.policy.released(turn, now)
    this.changed(now)
  }

  #tellDrained(): void {
    const { draining, inFlight, waiting } = this.policy
    if (!draining || inFlight + waiting > 0) return
    for (const tell of this.#drained) tell()
    this.#drained = []
  }
}

/** Rings when those who wait have to be looked at though nothing happened. */
class QueueAlarm implements Timer {
  due = -1
  earlier: Timer | undefined = undefined
  later: Timer | undefined = undefined
  keepsAlive = true
  readonly #wheel: Timers
  readonly #ask: () => void
  #at = Number.POSITIVE_INFINITY

  constructor(wheel: Timers, ask: () => void) {
    this.#wheel = wheel
    this.#ask = ask
  }

  /**
   * One that rings earlier than it has to asks in vain: cheaper than to be set at each change.
   *
   * @param at `Infinity`: nobody waits
   */
  setFor(at: number, now: number): void {
    if (at === Number.POSITIVE_INFINITY) this.#wheel.remove(this)
    else if (at >= this.#at) return
    else {
      this.#wheel.remove(this)
      // Whoever waits is told, also where nothing else keeps the process.
      this.#wheel.add(this, now, Math.max(1, at - now), true)
    }
    this.#at = at
  }

  ring(): void {
    this.#at = Number.POSITIVE_INFINITY
    this.#ask()
  }
}

class LostTimer implements Timer {
  due = -1
  earlier: Timer | undefined = undefined
  later: Timer | undefined = undefined
  keepsAlive = false
  constructor(readonly ring: () => void) {}
}
