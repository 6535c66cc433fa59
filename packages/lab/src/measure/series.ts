/**
 * Series: how a simulation went over time, in buckets, for whoever draws it.
 *
 * @module
 */

/** Of one seed. Every list has one number a bucket, the first bucket begins at 0. */
export interface Series {
  readonly bucketMs: number
  readonly buckets: number
  readonly strategies: Readonly<Record<string, StrategySeries>>
}

/** Of all callers together. Counts of what happened in the bucket, levels as of its end. */
export interface StrategySeries {
  /** Attempts that started. */
  readonly attempts: readonly number[]
  readonly originals: readonly number[]
  readonly retries: readonly number[]
  /** Calls that ended, by how. `failed` without `refused`. */
  readonly succeeded: readonly number[]
  readonly failed: readonly number[]
  /** Ended in a refusal of the strategy before any attempt. */
  readonly refused: readonly number[]
  /** Share of the callers' instances whose breaker is not closed. */
  readonly breakerOpenShare: readonly number[]
  /** Retries that could be paid, mean over instances; 0 without a budget. */
  readonly budgetTokens: readonly number[]
  /** Mean level over instances; 0 without a governor. */
  readonly governor: readonly number[]
  readonly dependencies: Readonly<Record<string, DependencySeries>>
}

export interface DependencySeries {
  /** Attempts waiting at the bucket's end. */
  readonly queue: readonly number[]
  /** Workers at work at the bucket's end. */
  readonly busy: readonly number[]
  /** Attempts that reached it in the bucket. */
  readonly attempts: readonly number[]
}
