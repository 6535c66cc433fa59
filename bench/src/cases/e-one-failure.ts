/**
 * Case e: one failure, then success, without a wait.
 *
 * Half of the attempts fail. Budgets let only so many retries through for the originals of their window (that of
 * `retry()` half as many, case d's as many; and an original may leave the window before its retry does), so clean calls
 * go before each sample, untimed; that every failure was indeed repeated is checked after it.
 *
 * @module
 */
import retryAsync from 'async-retry'
import { ConstantBackoff, handleAll, retry as cockatielRetry } from 'cockatiel'
import { backOff } from 'exponential-backoff'
import pRetry from 'p-retry'
import { retry } from 'truce'
import { type Case, everySecondFails, fn, type Loop } from '../case.js'
import { breakerOnly } from './b-breaker.js'
import { everything } from './d-all.js'

let attempts = 0
const fails = everySecondFails()
const flaky = (): Promise<number> => {
  attempts++
  return fails()
}

const bare: Loop = async (calls) => {
  while (calls-- > 0) {
    try {
      await flaky()
    } catch {
      await flaky()
    }
  }
}

const cockatiel = cockatielRetry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) })
const AT_ONCE = { backoff: 'none' } as const
const c = breakerOnly('e-c', { kind: 'time' }, 3)
const d = everything('e-d', 1)

const begin = () => {
  attempts = 0
}
const twoEach = (contender: string, calls: number) => {
  if (attempts !== calls * 2) throw new Error(`e: ${contender} made ${attempts} attempts for ${calls} calls`)
}

export const eRetry: Case = {
  name: 'e-a',
  what: 'retry(fn), one failure then success',
  contenders: {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await retry(flaky, AT_ONCE)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await cockatiel.execute(flaky)
    },
    'p-retry': async (calls) => {
      while (calls-- > 0) await pRetry(flaky, { retries: 2, minTimeout: 0 })
    },
    'async-retry': async (calls) => {
      while (calls-- > 0) await retryAsync(flaky, { retries: 2, minTimeout: 0 })
    },
    'exponential-backoff': async (calls) => {
      while (calls-- > 0) await backOff(flaky, { numOfAttempts: 3, startingDelay: 0 })
    },
  },
  async before(contender, calls) {
    if (contender === 'truce') for (let clean = 2 * calls; clean > 0; clean--) await retry(fn)
    begin()
  },
  after: twoEach,
}

export const eBoth: Case = {
  name: 'e-c',
  what: 'retry + breaker, one failure then success',
  contenders: {
    bare: async (calls) => await bare(calls),
    truce: async (calls) => {
      while (calls-- > 0) await c.run(flaky)
    },
  },
  before: begin,
  after: twoEach,
}

export const eAll: Case = {
  name: 'e-d',
  what: 'all parts, one failure then success',
  contenders: {
    bare: async (calls) => await bare(calls),
    truce: async (calls) => {
      while (calls-- > 0) await d.run(flaky)
    },
  },
  async before(contender, calls) {
    if (contender === 'truce') for (let clean = calls / 2; clean > 0; clean--) await d.run(fn)
    begin()
  },
  after: twoEach,
}
