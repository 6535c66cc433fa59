/**
 * Door: the shipped admission before a modelled server, driven by the agenda.
 *
 * Nothing is decided here. What waits at the door is the policy's; what has its place goes to the workers.
 *
 * @module
 */
import { Admission, ADMISSION, Arrival, QUEUED, type Refusal } from 'truce/policy'
import type { Agenda } from '../engine/agenda.js'
import type { DependencyModel } from '../scenario/model.js'
import { DOOR_RINGS, event } from './events.js'
import { timerAt } from './timeout-chain.js'

/** The server behind it. */
export interface BehindDoor {
  readonly agenda: Agenda
  /** It has a place. */
  enters(attempt: number, now: number): void
  refused(attempt: number, refusal: Refusal, now: number): void
}

/** What is known of an attempt at the door. */
export interface AtTheDoor {
  readonly retry: boolean
  readonly background: boolean
  readonly caller: string
  /** Until when it is waited for, ms; `Infinity` where that is not known. */
  readonly until: number
}

/** An attempt at the door or behind it. */
class Visitor extends Arrival {
  attempt = -1
  enteredAt = 0
}

export class Door {
  readonly #index: number
  readonly #behind: BehindDoor
  readonly #admission: Admission<Visitor>
  /** By attempt. */
  readonly #inside = new Map<number, Visitor>()
  readonly #idle: Visitor[] = []
  #rings = Number.POSITIVE_INFINITY

  /** @param index of the server */
  constructor(index: number, admission: NonNullable<DependencyModel['admission']>, behind: BehindDoor) {
    const { originals, retries } = admission
    this.#index = index
    this.#behind = behind
    this.#admission = new Admission({ ...ADMISSION, wait: originals, retries: retries / originals })
  }

  get waiting(): number {
    return this.#admission.waiting
  }

  arrives(attempt: number, known: AtTheDoor, now: number): void {
    const visitor = this.#idle.pop() ?? new Visitor()
    visitor.attempt = attempt
    visitor.retry = known.retry
    visitor.background = known.background
    visitor.caller = known.caller
    visitor.deadline = known.until
    const answer = this.#admission.arrive(visitor, now)
    if (answer === undefined) this.#enters(visitor, now)
    else if (answer !== QUEUED) this.#refuses(visitor, answer, now)
    this.#look(now)
  }

  /** The work on one has ended. @param whole it was not cut short, nor failed */
  ended(attempt: number, whole: boolean, now: number): void {
    const visitor = this.#inside.get(attempt) as Visitor
    this.#inside.delete(attempt)
    this.#idle.push(visitor)
    this.#admission.served(visitor, now - visitor.enteredAt, now, whole)
    this.#look(now)
  }

  /** There was no room behind it. */
  turnedBack(attempt: number, now: number): void {
    const visitor = this.#inside.get(attempt) as Visitor
    this.#inside.delete(attempt)
    this.#idle.push(visitor)
    this.#admission.released(visitor, now)
  }

  /** Somebody has waited too long, or a place came free, perhaps. */
  rings(now: number): void {
    if (now >= this.#rings) this.#rings = Number.POSITIVE_INFINITY
    this.#look(now)
  }

  #look(now: number): void {
    const admission = this.#admission
    for (let next = admission.next(now); next !== undefined; next = admission.next(now)) this.#enters(next, now)
    for (let out = admission.expired(now); out !== undefined; out = admission.expired(now)) {
      this.#refuses(out, out.refusal as Refusal, now)
    }
    if (admission.waiting === 0) return
    const at = Math.max(now, timerAt(admission.nextAt()))
    if (at >= this.#rings) return
    this.#rings = at
    this.#behind.agenda.add(at, event(DOOR_RINGS, this.#index))
  }

  #enters(visitor: Visitor, now: number): void {
    visitor.enteredAt = now
    this.#inside.set(visitor.attempt, visitor)
    this.#behind.enters(visitor.attempt, now)
  }

  #refuses(visitor: Visitor, refusal: Refusal, now: number): void {
    this.#idle.push(visitor)
    this.#behind.refused(visitor.attempt, refusal, now)
  }
}
