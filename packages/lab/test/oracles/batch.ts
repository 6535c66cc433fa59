/**
 * Batch means: a mean of values that depend on each other, and its standard error.
 *
 * @module
 */

export interface Estimate {
  readonly mean: number
  /** Standard error of it. */
  readonly error: number
}

/** Full size under `npm run oracles`; a tenth of it in every test run, where the errors are three times as wide. */
export const FULL = process.env['TRUCE_ORACLES'] === 'full'

const BATCHES = 50

/** Values arrive one after the other; the first twentieth is warming up. */
export class BatchMeans {
  readonly #each: number
  readonly #skip: number
  readonly #sums = new Float64Array(BATCHES)
  #seen = 0

  constructor(values: number) {
    this.#skip = Math.floor(values / 20)
    this.#each = Math.floor((values - this.#skip) / BATCHES)
  }

  add(value: number): void {
    const at = Math.floor((this.#seen++ - this.#skip) / this.#each)
    if (at >= 0 && at < BATCHES) this.#sums[at] = (this.#sums[at] ?? 0) + value
  }

  get estimate(): Estimate {
    return estimate([...this.#sums].map((sum) => sum / this.#each))
  }
}

/** Of values that do not depend on each other. */
export function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

/** How many standard errors it is away. */
export const errorsFrom = (expected: number, { mean, error }: Estimate): number => Math.abs(mean - expected) / error
