/**
 * Cases floor and floor-failure: what a guard cannot do without, alone. No policy, no counter, no record.
 *
 * The other ratios are to be read beside these. A guard is given functions that fail and has to look at how they
 * end: that is a promise. One that has a deadline, a window or durations asks the clock: once before the call, and
 * once more where it wants to know how long it took. One that may call again keeps the function, whose call it is
 * and what was taken for it: an object, and the two reactions that belong to it. One that can end a call before
 * its function needs a second promise. And whatever it is, it stands between its caller and the function: an
 * error that is thrown in there costs by the frame.
 *
 * @module
 */
import { retry } from 'truce'
import { bare, type Case, everySecondFails, fn } from '../case.js'

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

type Again = (given: Least) => Promise<number>

/** The least that can call again; given to the function too, so that it is the only object. */
class Least {
  attempt = 1
  readonly fn: Again
  /** NaN: no time is kept. */
  readonly began: number

  constructor(again: Again, began: number) {
    this.fn = again
    this.began = began
  }

  failed(error: unknown): Promise<number> {
    if (this.attempt++ > 1 || performance.now() < this.began) throw error
    return this.fn(this).then(same, fail)
  }
}

function untimed(again: Again): Promise<number> {
  const call = new Least(again, Number.NaN)
  return again(call).then(same, call.failed.bind(call))
}

function least(again: Again): Promise<number> {
  const call = new Least(again, performance.now())
  return again(call).then(same, call.failed.bind(call))
}

export const floor: Case = {
  name: 'floor',
  what: 'what no guard can do without: a promise, the clock, an object; beside retry(fn)',
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
    'promise + object': async (calls) => {
      while (calls-- > 0) await untimed(fn)
    },
    'promise + object + clock': async (calls) => {
      while (calls-- > 0) await least(fn)
    },
    'two promises + two clocks': async (calls) => {
      while (calls-- > 0) await timedTwice()
    },
  },
}

const flaky = everySecondFails()

export const floorFailure: Case = {
  name: 'floor-failure',
  what: 'the same, with one failure and then success',
  contenders: {
    bare: async (calls) => {
      while (calls-- > 0) {
        try {
          await flaky()
        } catch {
          await flaky()
        }
      }
    },
    'promise + object': async (calls) => {
      while (calls-- > 0) await untimed(flaky)
    },
    'promise + object + clock': async (calls) => {
      while (calls-- > 0) await least(flaky)
    },
  },
}
