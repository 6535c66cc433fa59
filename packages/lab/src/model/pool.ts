/**
 * Pool: the connections of one process to a dependency. An attempt without one waits, in turn.
 *
 * @module
 */
import { AWAITED, type Attempts, CONNECTED, QUEUED_FOR_CONNECTION } from './attempts.js'

/** In the line: whoever stood there has given up. */
const GONE = -1

export class Pool {
  readonly #size: number
  readonly #attempts: Attempts
  #used = 0
  readonly #waiting: number[] = []
  #head = 0

  constructor(size: number, attempts: Attempts) {
    this.#size = size
    this.#attempts = attempts
  }

  /** @returns whether it has a connection; else it waits, until it is handed one */
  enter(attempt: number): boolean {
    if (this.#used < this.#size) {
      this.#used++
      this.#attempts.set(attempt, CONNECTED)
      return true
    }
    this.#attempts.set(attempt, QUEUED_FOR_CONNECTION)
    this.#waiting.push(attempt)
    return false
  }

  /** An attempt has ended. @returns the one that gets its connection; −1: none */
  leave(attempt: number): number {
    const flags = this.#attempts.flags
    const mine = flags[attempt] as number
    flags[attempt] = mine & ~(CONNECTED | QUEUED_FOR_CONNECTION)
    if ((mine & CONNECTED) === 0) {
      if ((mine & QUEUED_FOR_CONNECTION) !== 0) this.#forget(attempt)
      return -1
    }
    this.#used--
    const next = this.#take()
    if (next >= 0) this.enter(next)
    return next
  }

  /**
   * It waits no longer. Left in the line, its number would be taken for whoever has it next: an attempt that waits in
   * another process's line, which would then hold a connection of this one for ever.
   */
  #forget(attempt: number): void {
    // All wait equally long at most: who gives up stands at the front.
    const at = this.#waiting.indexOf(attempt, this.#head)
    if (at >= 0) this.#waiting[at] = GONE
  }

  /** The first that still waits. */
  #take(): number {
    const waiting = this.#waiting
    while (this.#head < waiting.length) {
      const attempt = waiting[this.#head++] as number
      const flags = attempt === GONE ? 0 : (this.#attempts.flags[attempt] as number)
      const waits = (flags & AWAITED) !== 0 && (flags & QUEUED_FOR_CONNECTION) !== 0
      if (this.#head > 1_024 && this.#head * 2 > waiting.length) {
        waiting.splice(0, this.#head)
        this.#head = 0
      }
      if (waits) {
        this.#attempts.flags[attempt] = flags & ~QUEUED_FOR_CONNECTION
        return attempt
      }
    }
    return -1
  }
}
