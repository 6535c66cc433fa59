/**
 * gRPC's retries with throttling, as its proposal A6 shows them: 4 attempts, 100 ms × 2 ≤ 1 s, only what is
 * UNAVAILABLE; retries stop while half of ten tokens is gone.
 *
 * Every failure of a repeated class takes a token, that of a retry too, every success brings a tenth of one: with more
 * than a failure in eleven attempts the tokens run out, and then nothing is repeated.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 * @module
 */
import type { Failure, FailureClass, Payment } from 'truce/policy'
import type { Purse } from './client.js'
import { fieldModel } from './model.js'

/** What throttles. */
export class GrpcTokens implements Purse {
  readonly #max: number
  readonly #ratio: number
  readonly #counts: ReadonlySet<FailureClass>
  #tokens: number

  /** @param counts classes whose failures take a token */
  constructor(max: number, ratio: number, counts: ReadonlySet<FailureClass>) {
    this.#max = max
    this.#ratio = ratio
    this.#counts = counts
    this.#tokens = max
  }

  pay(): Payment | null {
    return this.#tokens > this.#max / 2 ? 0 : null
  }

  takeBack(): void {}

  started(): void {}

  succeeded(): void {
    this.#tokens = Math.min(this.#max, this.#tokens + this.#ratio)
  }

  failed(_attempt: number, { class: failed }: Failure): void {
    if (this.#counts.has(failed)) this.#tokens = Math.max(0, this.#tokens - 1)
  }

  left(): number {
    return Math.max(0, Math.ceil(this.#tokens - this.#max / 2))
  }
}

export const grpc = fieldModel({
  about: 'gRPC with retry throttling: 4 attempts, 100 ms × 2 up to 1 s, 10 tokens',
  attempts: 4,
  attemptTimeout: Infinity,
  retryOn: ['unavailable'],
  settings: { initial: 100, factor: 2, max: 1_000, maxTokens: 10, tokenRatio: 0.1 },
  parts: ({ initial, factor, max, maxTokens, tokenRatio }, { strategy }) => ({
    purse: new GrpcTokens(maxTokens, tokenRatio, strategy.retryOn),
    wait: ({ attempt }, _failure, random) => random() * Math.min(max, initial * factor ** (attempt - 1)),
  }),
})
