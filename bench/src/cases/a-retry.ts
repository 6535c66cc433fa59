/**
 * Case a: the one-line retry around a call that succeeds at once.
 *
 * @module
 */
import retryAsync from 'async-retry'
import { handleAll, retry as cockatielRetry } from 'cockatiel'
import * as Effect from 'effect/Effect'
import { backOff } from 'exponential-backoff'
import pRetry from 'p-retry'
import { retry } from 'truce'
import { bare, type Case, fn } from '../case.js'

const cockatiel = cockatielRetry(handleAll, { maxAttempts: 2 })
const effect = Effect.tryPromise(fn).pipe(Effect.retry({ times: 2 }))

export const a: Case = {
  name: 'a',
  what: 'retry(fn)',
  bytes: true,
  contenders: {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await retry(fn)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await cockatiel.execute(fn)
    },
    'p-retry': async (calls) => {
      while (calls-- > 0) await pRetry(fn, { retries: 2 })
    },
    'async-retry': async (calls) => {
      while (calls-- > 0) await retryAsync(fn, { retries: 2 })
    },
    'exponential-backoff': async (calls) => {
      while (calls-- > 0) await backOff(fn, { numOfAttempts: 3 })
    },
    effect: async (calls) => {
      while (calls-- > 0) await Effect.runPromise(effect)
    },
  },
}
