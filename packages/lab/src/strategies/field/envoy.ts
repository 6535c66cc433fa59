/**
 * Envoy's retry budget: retries in progress may be a fifth of the requests in progress, and three always.
 *
 * It bounds what runs at once, not what is sent: answers that come fast leave room for many retries. A retry is in
 * progress from the decision on, its wait included.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 * @module
 */
import type { Failure, Payment } from 'truce/policy'
import type { Purse } from './client.js'
import { fieldModel } from './model.js'

/** Retries in progress, beside requests in progress. */
export class EnvoyBudget implements Purse {
  readonly #share: number
  readonly #least: number
  #requests = 0
  #retries = 0

  constructor(share: number, least: number) {
    this.#share = share
    this.#least = least
  }

  pay(): Payment | null {
    if (this.#retries >= this.#room()) return null
    this.#retries++
    return 1
  }

  takeBack(): void {
    this.#retries--
  }

  started(): void {
    this.#requests++
  }

  succeeded(attempt: number): void {
    this.#ended(attempt)
  }

  failed(attempt: number, _failure: Failure): void {
    this.#ended(attempt)
  }

  left(): number {
    return Math.max(0, Math.ceil(this.#room() - this.#retries))
  }

  #room(): number {
    return Math.max(this.#least, this.#share * this.#requests)
  }

  #ended(attempt: number): void {
    this.#requests--
    if (attempt > 1) this.#retries--
  }
}

export const envoy = fieldModel({
  about: 'Envoy with a retry budget: 2 attempts, 25 ms × 2 up to 250 ms, a fifth of what is in progress, at least 3',
  attempts: 2,
  attemptTimeout: Infinity,
  settings: { share: 0.2, least: 3, base: 25, max: 250 },
  parts: ({ share, least, base, max }) => ({
    purse: new EnvoyBudget(share, least),
    wait: ({ attempt }, _failure, random) => random() * Math.min(max, base * 2 ** (attempt - 1)),
  }),
})
