/**
 * Finagle's retry budget: 20 % of the requests of the last 10 s, and 10 a second on top, for each client; requeued at
 * once.
 *
 * Requests deposit, not successes: in a total outage it still pays for one retry in five, and the 10 a second are an
 * allowance of every process of the fleet.
 *
 * @see https://finagle.github.io/blog/2016/02/08/retry-budgets/
 * @module
 */
import { type Payment, TimeWindow } from 'truce/policy'
import type { Purse } from './client.js'
import { fieldModel } from './model.js'

const REQUESTS = 0
const RETRIES = 1

/** Deposits and withdrawals that expire together; the reserve does not. */
export class FinagleBudget implements Purse {
  readonly #ratio: number
  readonly #reserve: number
  readonly #window: TimeWindow

  /** @param perSecond retries a second beyond the ratio @param ttl how long deposits last, ms */
  constructor(ratio: number, perSecond: number, ttl: number) {
    this.#ratio = ratio
    this.#reserve = (perSecond * ttl) / 1_000
    this.#window = new TimeWindow(ttl, 2)
  }

  pay(_failure: unknown, now: number): Payment | null {
    if (this.left(now) < 1) return null
    this.#window.add(RETRIES, now)
    return 1
  }

  takeBack(_payment: Payment, now: number): void {
    this.#window.takeBack(RETRIES, now, now)
  }

  started(attempt: number, now: number): void {
    if (attempt === 1) this.#window.add(REQUESTS, now)
  }

  succeeded(): void {}

  failed(): void {}

  left(now: number): number {
    const deposits = this.#ratio * this.#window.sum(REQUESTS, now)
    // A deposit of a fifth, five times, is one retry, whatever the last bit of the sum says.
    return Math.floor(this.#reserve + deposits - this.#window.sum(RETRIES, now) + 1e-9)
  }
}

export const finagle = fieldModel({
  about: 'Finagle: 3 attempts without a wait, a budget of 20 % of requests and 10 a second more for each client',
  attempts: 3,
  attemptTimeout: Infinity,
  settings: { ratio: 0.2, perSecond: 10, ttl: 10_000 },
  parts: ({ ratio, perSecond, ttl }) => ({ purse: new FinagleBudget(ratio, perSecond, ttl), wait: () => 0 }),
})
