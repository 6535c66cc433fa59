/**
 * Case floor: what a guard cannot do without, alone: one promise to look at the answer, and the clock.
 *
 * The other ratios are to be read beside these: no guard that looks at the clock once is cheaper than
 * `promise + clock`, and none that can end a call before its function than
 * `two promises + two clocks`.
 *
 * @module
 */
import { retry } from 'truce'
import { bare, type Case, fn } from '../case.js'

const same = (value: number): number => value
const fail = (error: unknown): never => {
  throw error
}

function timed(): Promise<number> {
  const began = performance.now()
  return fn().then((value) => (began < 0 ? 0 : value), fail)
}

function timedTwice(): Promise<number> {
  const began = performance.now()
  const first = new Promise<number>((resolve, reject) => {
    fn().then(resolve, reject)
  })
  return first.then((value) => (performance.now() < began ? 0 : value), fail)
}

export const floor: Case = {
  name: 'floor',
  what: 'what no guard can do without: a promise, the clock; beside retry(fn)',
  contenders: {
    bare,
    truce: async (calls) => {
      while (calls-- > 0) await retry(fn)
    },
    promise: async (calls) => {
      while (calls-- > 0) await fn().then(same, fail)
    },
    'promise + clock': async (calls) => {
      while (calls-- > 0) await timed()
    },
    'two promises + two clocks': async (calls) => {
      while (calls-- > 0) await timedTwice()
    },
  },
}
