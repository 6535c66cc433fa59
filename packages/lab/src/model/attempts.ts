/**
 * Attempts: all that are under way, as columns of numbers with a chain of free rows.
 *
 * A row is in use while anybody needs it: a caller that waits for it, the server that works on it (also for a caller
 * who has left), a timer that has not come yet. An object for each would be ten times the memory, and a collector that
 * walks a million of them.
 *
 * @module
 */
import { travellingTime } from 'truce/policy'
import { grown } from '../engine/heap.js'

/** Who needs the row. */
export const AWAITED = 1
export const AT_SERVER = 2
export const TIMED = 4
/** Besides: what is true of it. */
export const RETRY = 8
export const CONNECTED = 16
export const QUEUED_FOR_CONNECTION = 32

const HOLDS = AWAITED | AT_SERVER | TIMED

export class Attempts {
  /** Of the call. */
  call = new Int32Array(ROWS)
  flags = new Uint8Array(ROWS)
  number = new Int32Array(ROWS)
  startedAt = new Float64Array(ROWS)
  /** ms that it was given. */
  given = new Float64Array(ROWS)
  permit = new Float64Array(ROWS)
  payment = new Float64Array(ROWS)
  /** Of the dependency. */
  server = new Int32Array(ROWS)
  /** For draws: the call's key. */
  key = new Uint32Array(ROWS)
  /** How it ended or will end: an outcome of `outcomes.ts`. */
  outcome = new Uint8Array(ROWS)
  /** The dependency's own wait, ms, where it gave one; else NaN. */
  hint = new Float64Array(ROWS)
  /** What its admission said beside it: a word of `word.ts`. */
  word = new Uint8Array(ROWS)
  /** Calls of it at dependencies below that are done. */
  below = new Int32Array(ROWS)
  /** In a queue: of its server, or of a pool. */
  next = new Int32Array(ROWS)
  /** In the chain of those that were given the same time. */
  earlier = new Int32Array(ROWS)
  later = new Int32Array(ROWS)
  timerTurn = new Float64Array(ROWS)
  #free = -1
  #used = 0
  #inUse = 0

  get inUse(): number {
    return this.#inUse
  }

  /** A row with these flags; whoever takes it fills it. */
  take(flags: number): number {
    let row = this.#free
    if (row >= 0) this.#free = this.next[row] as number
    else {
      row = this.#used++
      if (row === this.call.length) this.#grow()
    }
    this.flags[row] = flags
    this.#inUse++
    return row
  }

  /** Until when it is waited for, as a server that knows deadlines is told. */
  waitedUntil(row: number): number {
    return (this.startedAt[row] as number) + travellingTime(this.given[row] as number)
  }

  is(row: number, flag: number): boolean {
    return ((this.flags[row] as number) & flag) !== 0
  }

  set(row: number, flag: number): void {
    this.flags[row] = (this.flags[row] as number) | flag
  }

  /** One that needed it does no longer. @returns whether nobody does: the row is free */
  drop(row: number, flag: number): boolean {
    const flags = (this.flags[row] as number) & ~flag
    this.flags[row] = flags
    if ((flags & HOLDS) !== 0) return false
    this.next[row] = this.#free
    this.#free = row
    this.#inUse--
    return true
  }

  #grow(): void {
    const room = this.call.length * 2
    this.call = grown(this.call, room)
    this.flags = grown(this.flags, room)
    this.number = grown(this.number, room)
    this.startedAt = grown(this.startedAt, room)
    this.given = grown(this.given, room)
    this.permit = grown(this.permit, room)
    this.payment = grown(this.payment, room)
    this.server = grown(this.server, room)
    this.key = grown(this.key, room)
    this.outcome = grown(this.outcome, room)
    this.hint = grown(this.hint, room)
    this.word = grown(this.word, room)
    this.below = grown(this.below, room)
    this.next = grown(this.next, room)
    this.earlier = grown(this.earlier, room)
    this.later = grown(this.later, room)
    this.timerTurn = grown(this.timerTurn, room)
  }
}

const ROWS = 1_024
