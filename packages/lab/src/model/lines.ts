/**
 * Lines: the background calls of a group that wait for room, a line for each process.
 *
 * @module
 */
import type { LineEnd, Random } from 'truce/policy'
import type { Agenda } from '../engine/agenda.js'
import type { Client } from '../strategies/client.js'
import { type Calls, FROM_LINE, IDLE } from './calls.js'
import { event, LINE_RINGS } from './events.js'
import { WaitingRoom } from './waiting-room.js'

export interface AroundLines {
  readonly agenda: Agenda
  readonly calls: Calls
  readonly random: Random
  /** Is there a breaker that background calls wait for? */
  readonly hasBreaker: boolean
  clientOf(instance: number): Client
  full(instance: number): boolean
  /** It is the call's turn. */
  enter(call: number, now: number): void
  /** A number for the process's line, for events. */
  lineOf(instance: number): number
}

export class Lines {
  readonly #around: AroundLines
  readonly #rooms: (WaitingRoom | undefined)[] = []
  /** Processes whose breaker was anything but closed when it was looked at last. */
  readonly #tripped = new Set<number>()

  constructor(around: AroundLines) {
    this.#around = around
  }

  /** Where its client knows waiting. @param wait at least so long, ms */
  join(call: number, now: number, wait: number): void {
    const { calls } = this.#around
    calls.wishedAt[call] = now
    this.#room(calls.instance[call] as number)?.join(call, now, wait)
  }

  /** Does the client of this process know waiting? */
  knows(instance: number): boolean {
    return this.#room(instance) !== undefined
  }

  leave(call: number): void {
    this.#rooms[this.#around.calls.instance[call] as number]?.leave(call)
  }

  ring(instance: number, now: number): void {
    this.#rooms[instance]?.ring(this.#around.agenda.turn, now)
  }

  /** How the one that was sent from here went, or that somebody else's call ended well. */
  tell(call: number, end: LineEnd | undefined, now: number): void {
    const { calls } = this.#around
    const room = this.#rooms[calls.instance[call] as number]
    if (room === undefined) return
    if (calls.is(call, FROM_LINE)) {
      calls.unset(call, FROM_LINE)
      room.ended(now, end)
    } else if (end === 'well' || end === 'slowly') room.roomReturned(now)
  }

  /** An attempt ended. @param changed the breaker's state did */
  breakerMoved(instance: number, changed: boolean, now: number): void {
    if (changed || (this.#tripped.size > 0 && this.#tripped.has(instance))) this.look(instance, now)
  }

  /** The breaker may have gone from one state to another. */
  look(instance: number, now: number): void {
    if (!this.#around.hasBreaker) return
    const state = this.#around.clientOf(instance).policy?.breakerState(now) ?? 'closed'
    if (state !== 'closed') this.#tripped.add(instance)
    else if (this.#tripped.delete(instance)) this.#rooms[instance]?.reopened(now)
  }

  /** An attempt starts: one that is a probe shows that the breaker is no longer open. */
  started(instance: number, permit: number, now: number): void {
    if (this.#around.hasBreaker && this.#around.clientOf(instance).policy?.isProbe(permit) === true) {
      this.look(instance, now)
    }
  }

  #room(instance: number): WaitingRoom | undefined {
    const known = this.#rooms[instance]
    if (known !== undefined) return known
    const { policy } = this.#around.clientOf(instance)
    if (policy === undefined) return undefined
    const { agenda, calls, random } = this.#around
    const line = this.#around.lineOf(instance)
    const room = new WaitingRoom({
      policy,
      random,
      full: () => this.#around.full(instance),
      ringAt: (time) => {
        const turn = agenda.reserve()
        agenda.addInTurn(time, turn, event(LINE_RINGS, line))
        return turn
      },
      send: (call, now) => {
        calls.set(call, FROM_LINE)
        calls.phase[call] = IDLE
        calls.waited[call] = now - (calls.wishedAt[call] as number)
        this.#around.enter(call, now)
      },
    })
    this.#rooms[instance] = room
    return room
  }
}
