/**
 * Fallback: what a user gives for the case that retries end, and what is said of it.
 *
 * @module
 */
import type { FailureClass } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'

/** `stale`: it was right once. `partial`: something is missing. `approximate`: it is made up. */
export type Quality = 'stale' | 'partial' | 'approximate'

/** Why a fallback is asked. */
export interface Failed {
  /** What `run()` would have rejected with, or the failed answer that it would have resolved with. */
  readonly error: unknown
  /** Why no further attempt was made. */
  readonly stop: StopReason
  /** Class of the last failure; `undefined` where nothing was sent. */
  readonly class: FailureClass | undefined
  /** Attempts made. */
  readonly attempts: number
}

/** Gives something instead of the answer; may throw, then the caller gets the dependency's own failure. */
export type Fallback<F> = (failed: Failed) => F | PromiseLike<F>

export interface StandInSettings {
  readonly fallback: Fallback<unknown> | undefined
  /** Of what the fallback gives. */
  readonly quality: Quality
  /** An answer is good enough up to this age, ms; `undefined`: none is kept. */
  readonly maxAge: number | undefined
  /** Names of what a call's answer depends on. */
  readonly key: readonly string[]
  /** Answers kept at most. */
  readonly max: number
}

/** A value that stands in, and what is to be said of it. */
export interface StoodIn {
  readonly value: unknown
  readonly source: 'cache' | 'fallback'
  readonly quality: Quality
  /** ms. */
  readonly age: number
}
