/**
 * Faults: steps with a cause of a known failure put back.
 *
 * The first five are those that were reproduced on a library of the field (Powertools 2.35.0); the others
 * are those that this protocol would have if one of its lines were left out. A proof that does not find them
 * would not find ours either.
 *
 * @module
 */
import type { IdempotencyRecord } from '../../../src/policy/idempotency/record.js'
import type { Run } from '../../../src/policy/idempotency/run.js'
import { type Scenario, scenario } from './scenario.js'
import { STEPS, type Steps } from './steps.js'

export interface Fault {
  readonly name: string
  /** The steps that are swapped. */
  readonly swaps: Partial<Steps>
  readonly scenario: Scenario
  /** How the invariant begins that it breaks. */
  readonly breaks: string
}

const COFFEE = { wish: 'coffee', value: { a: 1, A: 2 } }
/** The same, written in another order. */
const COFFEE_AGAIN = { wish: 'coffee', value: { A: 2, a: 1 } }

/** Sorted without regard to case: what differs in case only stays as it came. */
function unstable(payload: unknown): string {
  const members = Object.entries(payload as object)
  return JSON.stringify(members.toSorted(([a], [b]) => a.toLowerCase().localeCompare(b.toLowerCase(), 'en')))
}

/** Whatever fence the command has, it is the right one. */
function fenceOf(held: IdempotencyRecord | undefined, fence: number): number {
  return held?.fence ?? fence
}

export const FAULTS: readonly Fault[] = [
  {
    name: '1. a run whose lease is not known is taken for an orphan',
    swaps: {
      begin: (held, claim, now) =>
        STEPS.begin(held?.state === 'running' ? { ...held, state: 'free', run: '' } : held, claim, now),
    },
    scenario: scenario('two calls, and nothing goes wrong', { calls: 2, budget: {} }),
    breaks: 'no silent re-run',
  },
  {
    name: '2. the completion drops the fingerprint',
    swaps: {
      complete: (held, completion, now) => {
        const { record, answer } = STEPS.complete(held, completion, now)
        return { record: record && { ...record, fingerprint: 'undefined' }, answer }
      },
    },
    scenario: scenario('two calls, and nothing goes wrong', { calls: 2, budget: {} }),
    breaks: 'a repeat is no mismatch',
  },
  {
    name: '3. the completion of a zombie overwrites the result of the winner',
    swaps: {
      complete: (held, completion, now) => {
        const fence = fenceOf(held, completion.fence)
        return STEPS.complete(held && { ...held, state: 'running' }, { ...completion, fence }, now)
      },
    },
    scenario: scenario('two calls and a lease that ends', {
      mode: 'derived-key',
      calls: 2,
      steps: 1,
      budget: { time: 2 },
    }),
    breaks: 'no lost result',
  },
  {
    name: '4. a zombie that fails late deletes the result of the winner',
    swaps: {
      abandon: (held, end, now) =>
        held?.state === 'completed' ? { record: undefined, answer: { is: 'kept' } } : STEPS.abandon(held, end, now),
    },
    scenario: scenario('two calls, a lease that ends, a handler that fails', {
      mode: 'derived-key',
      calls: 2,
      steps: 1,
      budget: { time: 2, upsets: 1 },
    }),
    breaks: 'no lost result',
  },
  {
    name: '5a. two ways to write one payload are two fingerprints',
    swaps: { fingerprint: unstable },
    scenario: scenario('two calls with one payload', {
      calls: 2,
      payloads: [COFFEE, COFFEE_AGAIN],
      budget: {},
    }),
    breaks: 'a repeat is no mismatch',
  },
  {
    name: '5b. two ways to write one payload are two keys',
    swaps: { key: unstable, fingerprint: unstable },
    scenario: scenario('two calls with one payload', {
      mode: 'transaction',
      calls: 2,
      payloads: [COFFEE, COFFEE_AGAIN],
      budget: {},
    }),
    breaks: 'no lost result',
  },
  {
    name: 'the lease is the time to live: what ended in the dark is forgotten with it',
    swaps: {
      begin: (held, claim, now) => {
        const step = STEPS.begin(held, claim, now)
        const { record, answer } = step
        if (record === undefined || answer.is !== 'granted') return step
        return { record: { ...record, expires: record.lease }, answer }
      },
    },
    scenario: scenario('two calls and a crash', { calls: 2, budget: { crashes: 1, time: 2 } }),
    breaks: 'no silent re-run',
  },
  {
    name: 'whoever waited claims without reading again',
    swaps: {
      advance: (run, event, now) => {
        const blind: Run & { blind?: boolean } = run
        if (event.on === 'woke' && run.phase === 'wait') blind.blind = true
        if (event.on === 'begun' && blind.blind && event.answer.is === 'completed') {
          const { fence, created } = event.answer
          const granted = { is: 'granted', fence, created, points: {}, takeover: true, reconcile: false } as const
          return STEPS.advance(run, { on: 'begun', answer: granted }, now)
        }
        return STEPS.advance(run, event, now)
      },
    },
    scenario: scenario('two calls, and nothing goes wrong', { calls: 2, budget: {} }),
    breaks: 'no silent re-run',
  },
  {
    name: 'a run is given up without a look at its fence',
    swaps: {
      abandon: (held, end, now) => STEPS.abandon(held, { ...end, fence: fenceOf(held, end.fence) }, now),
    },
    scenario: scenario('a lease that ends, a handler that fails, a run beside it', {
      calls: 3,
      mode: 'derived-key',
      steps: 0,
      wait: 0,
      budget: { time: 2, upsets: 1 },
    }),
    breaks: 'one at a time',
  },
  {
    name: 'a run that lost its key begins anew',
    swaps: {
      advance: (run, event, now) => {
        const action = STEPS.advance(run, event, now)
        if (action.do !== 'answer' || action.answer.is !== 'unknown' || event.on !== 'held') return action
        Object.assign(run, { phase: 'handle', answered: false })
        return { do: 'handle', granted: run.granted }
      },
    },
    scenario: scenario('a lease that ends, and a hook that cannot tell', {
      calls: 2,
      hook: 'fenced',
      budget: { time: 2, upsets: 1 },
    }),
    breaks: 'no silent re-run',
  },
]

export function withFault({ swaps }: Fault): Steps {
  return { ...STEPS, ...swaps }
}
