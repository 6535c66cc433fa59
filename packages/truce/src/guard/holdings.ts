/**
 * Holdings: what a call holds for an attempt that has not started yet.
 *
 * A slot of the bulkhead, what the retry was paid with, its turn in the line: taken one after the other, and
 * on every path on which the attempt is not made given back, each exactly once.
 *
 * @module
 */
import type { Payment } from '../policy/budget.js'
import type { LineEnd } from '../policy/line.js'
import type { Core } from './core.js'
import { Debt } from './debt.js'
import { handOn } from './hand-on.js'

export class Holdings {
  readonly #core: Core
  debt: Debt | undefined
  slot = false
  /** ms waited for the slot. */
  queuedFor = 0
  /** Was it sent from the line, which waits to hear how it went? */
  fromLine = false

  constructor(core: Core) {
    this.#core = core
  }

  /** The attempt to come was paid for; 0: there was nothing to pay. */
  owe(payment: Payment, now: number): void {
    this.debt = payment === 0 ? undefined : new Debt(this.#core.policy, payment, now)
  }

  /** The attempt has started: slot and debt are its own from here on. */
  handedOver(): void {
    this.debt = undefined
    this.slot = false
    this.queuedFor = 0
  }

  /** The attempt is not made: slot and payment go back. */
  giveBack(now: number): void {
    const { debt, slot } = this
    this.handedOver()
    debt?.giveBack(now)
    if (slot && this.#core.bulkhead) handOn(this.#core.bulkhead, now)
  }

  /** No attempt is made: what was taken goes back, and the line's turn is another's. */
  giveUp(now: number): void {
    this.giveBack(now)
    this.tellLine(now, undefined)
  }

  /** Tells the line how the one that it sent went, or that somebody else's call ended well. */
  tellLine(now: number, end: LineEnd | undefined): void {
    if (this.fromLine) {
      this.fromLine = false
      this.#core.waitingRoom.ended(now, end)
    } else if (end === 'well' || end === 'slowly') this.#core.partition.roomReturned(now)
  }
}
