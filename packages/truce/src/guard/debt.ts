/**
 * Debt: what a retry was paid with, until it has been made.
 *
 * Paid when the failure arrives, before the wait; every path on which the retry is not made (abort,
 * refusal at its start, deadline) gives it back, once.
 *
 * @module
 */
import type { Payment } from '../policy/budget.js'
import type { DependencyPolicy } from '../policy/dependency.js'

export class Debt {
  readonly #policy: DependencyPolicy
  readonly #payment: Payment
  readonly #paidAt: number
  #open = true

  constructor(policy: DependencyPolicy, payment: Payment, now: number) {
    this.#policy = policy
    this.#payment = payment
    this.#paidAt = now
  }

  /** How the retry was paid: a success of it brings that back. */
  get payment(): Payment {
    return this.#payment
  }

  /** The retry starts. */
  made(): void {
    this.#open = false
  }

  /** The retry will not be made. */
  giveBack(now: number): void {
    if (!this.#open) return
    this.#open = false
    this.#policy.takeBack(this.#payment, this.#paidAt, now)
  }
}
