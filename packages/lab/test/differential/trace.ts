/**
 * Trace: all that is compared, of one run of a script.
 *
 * @module
 */
import { seeded } from 'truce/testing'

export interface AttemptTrace {
  readonly call: number
  readonly attempt: number
  readonly at: number
  /** Random numbers drawn until then: one draw too many, or in another order, shifts all that follows. */
  readonly draws: number
}

export interface CallEnd {
  readonly stop: string
  readonly attempts: number
  readonly at: number
}

export interface Trace {
  /** In the order of their starts. */
  readonly attempts: readonly AttemptTrace[]
  readonly calls: readonly (CallEnd | undefined)[]
  readonly draws: number
}

export function countedRandom(seed: number): { readonly random: () => number; readonly draws: () => number } {
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
