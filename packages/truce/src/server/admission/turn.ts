/**
 * Turn: one request at the door, waiting or let in.
 *
 * @module
 */
import type { Timer } from '../../guard/timer.js'
import { Arrival } from '../../policy/admission/index.js'
import type { ServedCounters } from '../../telemetry/served.js'
import type { Place } from '../admission-port.js'
import type { Refused } from '../refusals.js'
import { leftWaiting, refusedFor } from './refused.js'

/** What of its door a turn needs. */
export interface AtDoor {
  /** It waits no longer: its caller has left. */
  gone(turn: Turn, now: number): void
  /** Its caller has left what is worked on: its place comes free when the work ends, or when nothing is heard of it. */
  abandoned(turn: Turn, now: number): void
  /** The work on it has ended. @param ms it took */
  ended(turn: Turn, ms: number, whole: boolean, now: number): void
  /** Nothing was heard of the work since its caller has left. */
  forgotten(turn: Turn, now: number): void
}

type Phase = 'waiting' | 'inside' | 'over'

export class Turn extends Arrival implements Place {
  readonly #door: AtDoor
  readonly #counters: ServedCounters
  #phase: Phase = 'inside'
  /** When it came; once it is let in, when that was. */
  #since: number
  #settle: ((refused?: Refused) => void) | undefined
  turn: Promise<Refused | undefined> | undefined = undefined
  waited = 0
  /** Gives the place back where nothing is heard of the work that was abandoned. */
  lost: Timer | undefined = undefined

  constructor(door: AtDoor, counters: ServedCounters, now: number) {
    super()
    this.#door = door
    this.#counters = counters
    this.#since = now
  }

  /** It has to wait. */
  wait(): void {
    this.#phase = 'waiting'
    this.turn = new Promise((resolve) => (this.#settle = resolve))
  }

  /** Its turn has come. */
  admit(now: number): void {
    this.waited = now - this.#since
    this.#since = now
    this.#phase = 'inside'
    this.#counters.letIn(this.waited)
    this.#settle?.()
  }

  /** Its turn never comes; `refusal` says why. */
  refuse(now: number): void {
    this.waited = now - this.#since
    this.#phase = 'over'
    if (this.refusal) this.#settle?.(refusedFor(this.refusal, this.retry))
  }

  left(now: number): void {
    if (this.#phase === 'inside') {
      this.abandoned = true
      return this.#door.abandoned(this, now)
    }
    if (this.#phase === 'over') return
    this.waited = now - this.#since
    this.#phase = 'over'
    this.#door.gone(this, now)
    this.#settle?.(leftWaiting)
  }

  ended(whole: boolean, now: number): void {
    // Somebody else has answered while it waited: a place that came now nobody would give back.
    if (this.#phase === 'waiting') return this.left(now)
    if (this.#phase !== 'inside') return
    this.#phase = 'over'
    this.#door.ended(this, now - this.#since, whole, now)
  }

  /** Nothing was heard of it for so long that its place is taken for free. */
  forget(now: number): void {
    if (this.#phase !== 'inside') return
    this.#phase = 'over'
    this.#door.forgotten(this, now)
  }
}
