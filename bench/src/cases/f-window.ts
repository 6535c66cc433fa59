/**
 * Case f: a failing call while 100, and while 100,000 other calls are in the breaker's window.
 *
 * Breakers that look through their window on every failure are dearest in the middle of an outage.
 *
 * @module
 */
import { circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel'
import CircuitBreaker from 'opossum'
import type { Operation } from 'truce'
import { type Case, fn, type Loop } from '../case.js'
import { breakerOnly } from './b-breaker.js'

/** So few that they do not change how full the window is. */
const CALLS = 30
const WARM = 300
/** Long enough that what was put in stays in. */
const WINDOW = 600_000

const refused = async (): Promise<number> => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}
const maybe = async (fails: boolean): Promise<number> => (fails ? refused() : 1)

const bare: Loop = async (calls) => {
  while (calls-- > 0) await refused().catch(() => undefined)
}

/** Opens never, or the calls behind would be refused and not fail. */
const newTruce = () => breakerOnly('f', { kind: 'time', window: WINDOW, failureRate: 1, openRate: 1 })
const newCockatiel = () =>
  circuitBreaker(handleAll, {
    halfOpenAfter: WINDOW,
    breaker: new SamplingBreaker({ threshold: 0.99, duration: WINDOW }),
  })
const newOpossum = () =>
  new CircuitBreaker(maybe, { timeout: false, errorThresholdPercentage: 100, rollingCountTimeout: WINDOW })

function withCallsInWindow(name: string, filled: number): Case {
  let truce: Operation = newTruce()
  let cockatiel = newCockatiel()
  let opossum = newOpossum()
  const contenders: Record<string, Loop> = {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await truce.run(refused).catch(() => undefined)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await cockatiel.execute(refused).catch(() => undefined)
    },
    opossum: async (calls) => {
      while (calls-- > 0) await opossum.fire(true).catch(() => undefined)
    },
  }
  const renew: Readonly<Record<string, () => Promise<number>>> = {
    truce: async () => await (truce = newTruce()).run(fn),
    cockatiel: async () => await (cockatiel = newCockatiel()).execute(fn),
    opossum: async () => {
      opossum.shutdown()
      return await (opossum = newOpossum()).fire(false)
    },
  }
  const succeed: Readonly<Record<string, () => Promise<number>>> = {
    truce: async () => await truce.run(fn),
    cockatiel: async () => await cockatiel.execute(fn),
    opossum: async () => await opossum.fire(false),
  }
  return {
    name,
    what: `a failing call, ${filled.toLocaleString('en')} calls in the window`,
    calls: CALLS,
    contenders,
    async before(contender) {
      // Failures on a window of its own first: so few calls would else be measured before they are hot.
      await renew[contender]?.()
      await contenders[contender]?.(WARM)
      await renew[contender]?.()
      for (let calls = filled; calls > 1; calls--) await succeed[contender]?.()
    },
  }
}

export const fFew = withCallsInWindow('f-100', 100)
export const fMany = withCallsInWindow('f-100000', 100_000)
