/**
 * AWS SDK for JavaScript, `standard` retry mode: a bucket of tokens for each client, filled by success.
 *
 * Sources: @smithy/core 3.41.0 (`retry`; the default of @aws-sdk clients since 3.1166) and @smithy/util-retry 2.2.0
 * (before). A retry costs tokens; when it succeeds its cost comes back, an original that succeeds brings one. A full
 * bucket of 500 affords 35 retries of the new mode and none after them until something succeeds.
 *
 * @module
 */
import type { Failure, Payment } from 'truce/policy'
import type { Purse } from './client.js'
import { fieldModel } from './model.js'

interface Costs {
  readonly capacity: number
  /** Of a retry after a failure, after one for want of room, after a timeout. */
  readonly cost: number
  readonly throttleCost: number
  readonly timeoutCost: number
}

/** The bucket. */
export class AwsTokens implements Purse {
  readonly #costs: Costs
  #tokens: number

  constructor(costs: Costs) {
    this.#costs = costs
    this.#tokens = costs.capacity
  }

  pay({ class: failed }: Failure): Payment | null {
    const { cost, throttleCost, timeoutCost } = this.#costs
    const price = failed === 'overloaded' ? throttleCost : failed === 'timeout' ? timeoutCost : cost
    if (this.#tokens < price) return null
    this.#tokens -= price
    return price
  }

  takeBack(payment: Payment): void {
    this.#add(payment)
  }

  started(): void {}

  succeeded(attempt: number, payment: Payment): void {
    this.#add(attempt === 1 ? 1 : payment)
  }

  failed(): void {}

  left(): number {
    return Math.floor(this.#tokens / this.#costs.cost)
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(this.#costs.capacity, this.#tokens + tokens)
  }
}

const standard = (about: string, settings: Costs & { base: number; throttleBase: number; max: number }) =>
  fieldModel({
    about,
    attempts: 3,
    attemptTimeout: Infinity,
    settings: { ...settings },
    parts: ({ base, throttleBase, max, ...costs }) => ({
      purse: new AwsTokens(costs),
      wait: ({ attempt }, failure, random) => {
        const first = failure.class === 'overloaded' ? throttleBase : base
        const own = random() * Math.min(max, first * 2 ** (attempt - 1))
        // The server's wait counts for at most 5 s more than its own.
        return failure.retryAfter === undefined ? own : Math.max(own, Math.min(failure.retryAfter, own + 5_000))
      },
    }),
  })

export const awsStandard = standard('AWS SDK since November 2026: 3 attempts, 50 ms × 2, 500 tokens, 14 a retry', {
  capacity: 500,
  cost: 14,
  throttleCost: 5,
  timeoutCost: 14,
  base: 50,
  throttleBase: 1_000,
  max: 20_000,
})

export const awsStandardBefore = standard('AWS SDK before: 3 attempts, 100 ms × 2, 500 tokens, 5 a retry', {
  capacity: 500,
  cost: 5,
  throttleCost: 5,
  timeoutCost: 10,
  base: 100,
  throttleBase: 500,
  max: 20_000,
})
