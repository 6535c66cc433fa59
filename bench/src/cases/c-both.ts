/**
 * Case c: retry and breaker together, around a call that succeeds at once.
 *
 * @module
 */
import { circuitBreaker, handleAll, retry, SamplingBreaker, wrap } from 'cockatiel'
import * as Effect from 'effect/Effect'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'
import { bare, type Case, fn } from '../case.js'
import { breakerOnly } from './b-breaker.js'
import { effectBreaker } from './effect-breaker.js'

const both = breakerOnly('c', { kind: 'time' }, 3)
const cockatiel = wrap(
  retry(handleAll, { maxAttempts: 2 }),
  circuitBreaker(handleAll, {
    halfOpenAfter: 500,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
  }),
)
const opossum = new CircuitBreaker(fn, { timeout: false })
const effect = Effect.tryPromise(fn).pipe(effectBreaker.execute({ key: 'c' }), Effect.retry({ times: 2 }))

export const c: Case = {
  name: 'c',
  what: 'retry + breaker over a time window',
  bytes: true,
  contenders: {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await both.run(fn)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await cockatiel.execute(fn)
    },
    'p-retry + opossum': async (calls) => {
      while (calls-- > 0) await pRetry(() => opossum.fire(), { retries: 2 })
    },
    effect: async (calls) => {
      while (calls-- > 0) await Effect.runPromise(effect)
    },
  },
}
