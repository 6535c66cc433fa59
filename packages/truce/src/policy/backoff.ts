/**
 * Backoff: how long to wait before the next attempt.
 *
 * Callers that failed together come back together unless something parts them. Growth gives a
 * struggling dependency time; jitter spreads the callers over that time. Ten thousand callers that
 * wait "2 s" arrive as one wave; with full jitter the busiest 100 ms sees 537 of them.
 *
 * Pure: randomness is an argument and no clock is read, so the guard, the queue consumer and the
 * simulator draw the same waits from the same seed.
 *
 * @module
 */
import type { Random } from './random.js'

/** All times in milliseconds. */
export interface Backoff {
  /** Wait before the first retry, before jitter. */
  readonly initial: number
  /** Growth from one retry to the next; 1 keeps the wait constant. */
  readonly factor: number
  /** No wait is longer. It bounds recovery: after an outage the last caller is back within one `max`. */
  readonly max: number
  /** How waits are spread. Applied after the cap, or capped waits would fall into step again. */
  readonly jitter: Jitter
}

/** `full`: from 0 to the wait. `equal`: its upper half. `decorrelated`: from `initial` to three times the last. */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none'

/** The `baseline` preset; it won the simulated outages that the presets were chosen by. */
export const BACKOFF: Backoff = Object.freeze({ initial: 100, factor: 2, max: 2_000, jitter: 'full' })

/** Where nobody waits: of the background preset, and between the failed probes of its line. */
export const BACKGROUND_BACKOFF: Backoff = /* @__PURE__ */ Object.freeze({
  initial: 1_000,
  factor: 2,
  max: 30_000,
  jitter: 'full',
})

/**
 * The wait before a retry.
 *
 * @param retry 0 for the first retry, 1 for the second …
 * @param previous the wait before the retry before this one (0 for the first); only `decorrelated` reads it
 * @returns milliseconds in [0, backoff.max]
 * @see M. Brooker, "Exponential Backoff and Jitter" (2015) for the three kinds of jitter
 * @example
 * wait({ initial: 50, factor: 2, max: 1000, jitter: 'none' }, 3, 0, random) // 400
 */
export function wait(backoff: Backoff, retry: number, previous: number, random: Random): number {
  const grown = Math.min(backoff.max, backoff.initial * backoff.factor ** retry)
  switch (backoff.jitter) {
    case 'full':
      return grown * random()
    case 'equal':
      return grown / 2 + (grown / 2) * random()
    case 'decorrelated':
      return Math.min(backoff.max, between(backoff.initial, 3 * previous, random))
    case 'none':
      return grown
  }
}

/** Uniform between the two; `low` where the range is empty. */
function between(low: number, high: number, random: Random): number {
  return low + Math.max(0, high - low) * random()
}
