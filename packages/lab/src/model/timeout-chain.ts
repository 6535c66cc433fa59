/**
 * Timeout chain: the timers of attempts that were all given the same time.
 *
 * Who started first is due first, so only the first needs an event: nearly every attempt ends before its time, and a
 * timer for each would be the dearest part of it. Each keeps its place in the order of an instant all the same.
 *
 * @module
 */
import type { Agenda } from '../engine/agenda.js'
import type { Attempts } from './attempts.js'
import { CHAIN_RINGS, event } from './events.js'

export class TimeoutChain {
  readonly #index: number
  readonly #agenda: Agenda
  readonly #attempts: Attempts
  #first = -1
  #last = -1
  /** Of the attempt that the event on the agenda is for; −1: there is none. */
  #armed = -1

  /** @param index what its event names */
  constructor(index: number, agenda: Agenda, attempts: Attempts) {
    this.#index = index
    this.#agenda = agenda
    this.#attempts = attempts
  }

  add(attempt: number): void {
    const { earlier, later, timerTurn } = this.#attempts
    timerTurn[attempt] = this.#agenda.reserve()
    earlier[attempt] = this.#last
    later[attempt] = -1
    if (this.#last >= 0) later[this.#last] = attempt
    else this.#first = attempt
    this.#last = attempt
    if (this.#armed < 0) this.#arm()
  }

  remove(attempt: number): void {
    const { earlier, later } = this.#attempts
    const before = earlier[attempt] as number
    const behind = later[attempt] as number
    if (before >= 0) later[before] = behind
    else this.#first = behind
    if (behind >= 0) earlier[behind] = before
    else this.#last = before
  }

  /** The event came. @returns the attempt whose time is up, no longer in the chain; −1: of one that had ended */
  ring(): number {
    const { timerTurn } = this.#attempts
    const first = this.#first
    const due = first >= 0 && timerTurn[first] === this.#armed
    this.#armed = -1
    if (due) this.remove(first)
    if (this.#first >= 0) this.#arm()
    return due ? first : -1
  }

  #arm(): void {
    const { startedAt, given, timerTurn } = this.#attempts
    const first = this.#first
    const turn = timerTurn[first] as number
    this.#armed = turn
    const due = timerAt((startedAt[first] as number) + (given[first] as number))
    this.#agenda.addInTurn(due, turn, event(CHAIN_RINGS, this.#index))
  }
}

/** Timers ring at whole ms, never early: as the guard's do. */
export const timerAt = (time: number): number => Math.ceil(time)
