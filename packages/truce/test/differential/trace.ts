/**
 * Trace: all that is compared, of one run of a script.
 *
 * The state of dependency and randomness is taken at the start of every attempt: a side that draws
 * once more, or pays in another order, differs from there on and not only by luck at the end.
 *
 * @module
 */
import type { BreakerState, Certainty, FailureClass, Random, StopReason } from '../../src/policy/index.js'
import { seeded } from '../../src/testing/index.js'

/** The dependency as it stands. */
export interface Standing {
  readonly at: number
  /** Random numbers drawn so far. */
  readonly draws: number
  readonly budget: number | undefined
  readonly breaker: BreakerState | undefined
  readonly level: number | undefined
}

export interface AttemptEnd {
  readonly cause: string
  /** ms of backoff decided for before it. */
  readonly waited: number
  readonly ms: number
  readonly outcome: 'ok' | FailureClass
  readonly timeout: number | undefined
  readonly stop: StopReason | undefined
}

export interface AttemptTrace extends Standing {
  readonly call: number
  readonly attempt: number
  end: AttemptEnd | undefined
}

export interface CallEnd {
  readonly ok: boolean
  readonly stop: StopReason
  readonly class: FailureClass | undefined
  readonly certainty: Certainty | 'applied'
  readonly attempts: number
  readonly waited: number
  readonly elapsed: number
  readonly retryAt: number | undefined
}

export interface Trace {
  /** In the order of their starts. */
  readonly attempts: readonly AttemptTrace[]
  readonly calls: readonly (CallEnd | undefined)[]
  readonly final: Standing
}

/** A seeded source that counts. Shared by a run's calls, so equal numbers mean an equal order of draws. */
export function countedRandom(seed: number): { readonly random: Random; readonly draws: () => number } {
  const source = seeded(seed)
  let draws = 0
  return {
    random: () => {
      draws++
      return source()
    },
    draws: () => draws,
  }
}
