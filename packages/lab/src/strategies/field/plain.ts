/**
 * Plain: loops as they are written by hand, and the small libraries that are one.
 *
 * Sources, as published in November 2026: fetch-retry 6.0.0 (3 retries, 1000 ms each), axios-retry 4.5.0 (3 retries, no
 * wait), exponential-backoff 3.1.3 (10 attempts, 100 ms × 2, no jitter, no cap).
 *
 * @module
 */
import { fieldModel } from './model.js'

export const none = fieldModel({
  about: 'one attempt, whatever happens',
  attempts: 1,
  attemptTimeout: Infinity,
  settings: {},
  parts: () => ({ wait: () => 0 }),
})

export const immediate = fieldModel({
  about: 'again at once, as axios-retry does unless told: four attempts',
  attempts: 4,
  attemptTimeout: Infinity,
  settings: {},
  parts: () => ({ wait: () => 0 }),
})

export const fixed = fieldModel({
  about: 'again after the same wait, as fetch-retry does unless told: four attempts, 1 s apart',
  attempts: 4,
  attemptTimeout: Infinity,
  settings: { wait: 1_000 },
  parts: ({ wait }) => ({ wait: () => wait }),
})

export const exponential = fieldModel({
  about: 'waits that double and are not spread, as exponential-backoff does unless told: ten attempts from 100 ms',
  attempts: 10,
  attemptTimeout: Infinity,
  settings: { initial: 100, factor: 2, max: Infinity },
  parts: ({ initial, factor, max }) => ({
    wait: ({ attempt }) => Math.min(max, initial * factor ** (attempt - 1)),
  }),
})
