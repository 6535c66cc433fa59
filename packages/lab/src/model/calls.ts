/**
 * Calls: all that are open, as columns of numbers with a chain of free rows.
 *
 * A row lives until the call has ended and none of its attempts is left at a server: the work of an abandoned attempt
 * may still take effect, and that is a duplicate of this call.
 *
 * @module
 */
import { grown } from '../engine/heap.js'

/** Where a call stands. */
export const IDLE = 0
export const RUNNING = 1
export const BACKOFF = 2
export const QUEUED = 3
export const LINED = 4
export const DONE = 5

/** What is true of a call. */
export const FROM_LINE = 1
export const HOLDS_SLOT = 2
export const ALARMED = 4
export const FIRST_SUCCEEDED = 8

export class Calls {
  /** Of the callers' group. */
  group = new Int32Array(ROWS)
  /** Of the process, within its group. */
  instance = new Int32Array(ROWS)
  /** Who goes on thinking when it ends; −1: nobody. */
  caller = new Int32Array(ROWS)
  /** The attempt in which it was made; −1: a call of an outermost caller. */
  parent = new Int32Array(ROWS)
  began = new Float64Array(ROWS)
  deadline = new Float64Array(ROWS)
  attempts = new Int32Array(ROWS)
  waited = new Float64Array(ROWS)
  payment = new Float64Array(ROWS)
  /** When the retry to come was paid for; NaN: none is. */
  paidAt = new Float64Array(ROWS)
  /** For draws. */
  key = new Uint32Array(ROWS)
  phase = new Uint8Array(ROWS)
  flags = new Uint8Array(ROWS)
  effects = new Uint8Array(ROWS)
  /** Rows of attempts that know it. */
  known = new Int32Array(ROWS)
  /** When it began to wait in line. */
  wishedAt = new Float64Array(ROWS)
  #next = new Int32Array(ROWS)
  #free = -1
  #used = 0
  #inUse = 0

  get inUse(): number {
    return this.#inUse
  }

  take(): number {
    let row = this.#free
    if (row >= 0) this.#free = this.#next[row] as number
    else {
      row = this.#used++
      if (row === this.group.length) this.#grow()
    }
    this.phase[row] = IDLE
    this.flags[row] = 0
    this.effects[row] = 0
    this.attempts[row] = 0
    this.known[row] = 0
    this.waited[row] = 0
    this.payment[row] = 0
    this.paidAt[row] = Number.NaN
    this.#inUse++
    return row
  }

  is(row: number, flag: number): boolean {
    return ((this.flags[row] as number) & flag) !== 0
  }

  set(row: number, flag: number): void {
    this.flags[row] = (this.flags[row] as number) | flag
  }

  unset(row: number, flag: number): void {
    this.flags[row] = (this.flags[row] as number) & ~flag
  }

  /** Frees the row where it has ended and nobody knows it any more. */
  sweep(row: number): void {
    if (this.phase[row] !== DONE || (this.known[row] as number) > 0 || this.is(row, ALARMED)) return
    this.#next[row] = this.#free
    this.#free = row
    this.#inUse--
    // Swept twice, it would be given away twice.
    this.phase[row] = IDLE
  }

  #grow(): void {
    const room = this.group.length * 2
    this.group = grown(this.group, room)
    this.instance = grown(this.instance, room)
    this.caller = grown(this.caller, room)
    this.parent = grown(this.parent, room)
    this.began = grown(this.began, room)
    this.deadline = grown(this.deadline, room)
    this.attempts = grown(this.attempts, room)
    this.waited = grown(this.waited, room)
    this.payment = grown(this.payment, room)
    this.paidAt = grown(this.paidAt, room)
    this.key = grown(this.key, room)
    this.phase = grown(this.phase, room)
    this.flags = grown(this.flags, room)
    this.effects = grown(this.effects, room)
    this.known = grown(this.known, room)
    this.wishedAt = grown(this.wishedAt, room)
    this.#next = grown(this.#next, room)
  }
}

const ROWS = 1_024
