/**
 * Presets: sets of defaults by what a call is for. Chosen by simulated outages.
 *
 * @module
 */
import type { Backoff } from './backoff.js'
import { BACKGROUND_BACKOFF, BACKOFF } from './backoff.js'

/** One set of defaults. */
export interface Preset {
  /** Attempts of one call, the original included. */
  readonly attempts: number
  readonly backoff: Backoff
  /** What one attempt may take, ms. */
  readonly attemptTimeout: number
  /** What the whole call may take, waits included, ms. */
  readonly deadline: number
  /** Do refusals for want of room wait? */
  readonly background: boolean
  /** Longest silence between two chunks of an answer that streams, ms; `undefined`: answers come whole. */
  readonly idle?: number
}

/** Where nothing is said. By itself, so that a bundle of `retry()` holds no other. */
export const BASELINE: Preset = /* @__PURE__ */ Object.freeze<Preset>({
  attempts: 3,
  backoff: BACKOFF,
  attemptTimeout: 3_000,
  deadline: 10_000,
  background: false,
})

/** The presets by name: `use: 'interactive'`. */
export const PRESETS = /* @__PURE__ */ Object.freeze({
  /** A person waits for the answer. */
  interactive: /* @__PURE__ */ Object.freeze<Preset>({
    attempts: 3,
    backoff: /* @__PURE__ */ Object.freeze({ initial: 50, factor: 2, max: 1_000, jitter: 'full' }),
    attemptTimeout: 800,
    deadline: 2_500,
    background: false,
  }),
  baseline: BASELINE,
  /** Nobody waits: until its deadline, refusals wait; the count is bounded by the deadline alone. */
  background: /* @__PURE__ */ Object.freeze<Preset>({
    attempts: Infinity,
    backoff: BACKGROUND_BACKOFF,
    attemptTimeout: 10_000,
    deadline: 3_600_000,
    background: true,
  }),
  /** Model calls, downloads: its attempt timeout is the time to the first byte; none is repeated after that. */
  stream: /* @__PURE__ */ Object.freeze<Preset>({
    attempts: 3,
    backoff: BACKOFF,
    attemptTimeout: 30_000,
    deadline: 600_000,
    background: false,
    idle: 30_000,
  }),
})

/** What an operation's `use` may be. */
export type PresetName = keyof typeof PRESETS
