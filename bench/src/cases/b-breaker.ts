/**
 * Case b: a circuit breaker and nothing else, closed, around a call that succeeds.
 *
 * @module
 */
import { circuitBreaker, ConsecutiveBreaker, handleAll, SamplingBreaker } from 'cockatiel'
import * as Effect from 'effect/Effect'
import CircuitBreaker from 'opossum'
import { type BreakerOptions, dependency } from 'truce'
import { bare, type Case, fn } from '../case.js'
import { effectBreaker } from './effect-breaker.js'

/** A dependency with a breaker alone; calls that it makes are not repeated and not cut. */
export function breakerOnly(name: string, breaker: BreakerOptions, attempts = 1) {
  return dependency(name, { breaker, budget: 'none', governor: 'none' }).operation('call', {
    effect: 'read',
    attempts,
    attemptTimeout: 'none',
    deadline: 'none',
    backoff: 'none',
  })
}

const sampling = circuitBreaker(handleAll, {
  halfOpenAfter: 500,
  breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
})
const consecutive = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(5) })
const opossum = new CircuitBreaker(fn, { timeout: false })
const effect = Effect.tryPromise(fn).pipe(effectBreaker.execute({ key: 'b' }))
const byWindow = breakerOnly('b-window', { kind: 'time' })
const inARow = breakerOnly('b-consecutive', { kind: 'consecutive' })

export const bWindow: Case = {
  name: 'b-window',
  what: 'breaker over a time window',
  bytes: true,
  contenders: {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await byWindow.run(fn)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await sampling.execute(fn)
    },
    opossum: async (calls) => {
      while (calls-- > 0) await opossum.fire()
    },
    effect: async (calls) => {
      while (calls-- > 0) await Effect.runPromise(effect)
    },
  },
}

export const bConsecutive: Case = {
  name: 'b-consecutive',
  what: 'breaker by consecutive failures',
  bytes: true,
  contenders: {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await inARow.run(fn)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await consecutive.execute(fn)
    },
  },
}
