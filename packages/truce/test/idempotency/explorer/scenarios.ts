/**
 * Scenarios: what is explored in every test run, and what more where there is time.
 *
 * Three calls are enough for every pattern of this protocol that is known: a run, the one that takes over, and
 * the one that meets both. What goes wrong is shared among them, whoever it hits.
 *
 * @module
 */
import { type Payload, type Scenario, scenario } from './scenario.js'

const COFFEE: Payload = { wish: 'coffee', value: { a: 1, A: 2 } }
const COFFEE_AGAIN: Payload = { wish: 'coffee', value: { A: 2, a: 1 } }
const TEA: Payload = { wish: 'tea', value: 'tea' }

export const ALWAYS: readonly Scenario[] = [
  scenario('transaction, three calls', { mode: 'transaction', budget: { crashes: 3, time: 2 } }),
  scenario('transaction, faults', {
    mode: 'transaction',
    calls: 2,
    budget: { crashes: 1, time: 1, faults: 1, upsets: 1 },
  }),
  scenario('transaction, two payloads', {
    mode: 'transaction',
    calls: 3,
    payloads: [COFFEE, TEA],
    budget: { crashes: 1, upsets: 1, faults: 1 },
  }),
  scenario('at-most-once, three calls', { budget: { crashes: 3, time: 2 } }),
  scenario('at-most-once, faults', { calls: 2, budget: { crashes: 1, time: 2, faults: 1 } }),
  scenario('at-most-once, heartbeats', { calls: 2, budget: { crashes: 1, time: 3, beats: 1 } }),
  scenario('at-most-once, two payloads, one of them in two spellings', {
    calls: 2,
    payloads: [COFFEE, COFFEE_AGAIN, TEA],
    budget: { time: 1, faults: 1, upsets: 1 },
  }),
  scenario('at-most-once, keys that say how old they are', {
    calls: 2,
    ttl: 8,
    ages: true,
    leaps: [6, 12],
    budget: { crashes: 1, time: 2, beats: 1 },
  }),
  scenario('at-most-once, unguarded where the store is away', {
    calls: 2,
    wait: 0,
    open: true,
    budget: { crashes: 1, time: 1, faults: 2 },
  }),
  scenario('at-most-once, reconciled, three calls', { hook: 'fenced', budget: { crashes: 1, time: 2 } }),
  scenario('at-most-once, reconciled, faults', {
    calls: 2,
    hook: 'fenced',
    budget: { crashes: 1, time: 2, faults: 1 },
  }),
  scenario('at-most-once, reconciled, callers that leave', {
    calls: 2,
    hook: 'fenced',
    budget: { crashes: 1, time: 2, upsets: 1, partings: 1 },
  }),
  scenario('derived-key, three calls', { mode: 'derived-key', steps: 1, wait: 0, budget: { crashes: 1, time: 2 } }),
  scenario('derived-key, two steps, faults', {
    mode: 'derived-key',
    calls: 2,
    budget: { crashes: 1, time: 1, faults: 1 },
  }),
  scenario('derived-key, failures that are done again', {
    mode: 'derived-key',
    keeping: 'redrive',
    calls: 2,
    steps: 1,
    budget: { crashes: 1, time: 2, upsets: 1 },
  }),
  scenario('derived-key, refused after its first step, then another payload', {
    mode: 'derived-key',
    keeping: 'success-only',
    calls: 2,
    payloads: [COFFEE, TEA],
    budget: { crashes: 1, time: 1, upsets: 1 },
  }),
]

export const FULL: readonly Scenario[] = [
  scenario('transaction, three calls, faults', {
    mode: 'transaction',
    budget: { crashes: 1, time: 1, faults: 1, upsets: 1 },
  }),
  scenario('transaction, more faults', {
    mode: 'transaction',
    calls: 2,
    budget: { crashes: 1, time: 2, faults: 2, upsets: 1 },
  }),
  scenario('at-most-once, three calls, faults', { budget: { crashes: 1, time: 2, faults: 1 } }),
  scenario('at-most-once, all at once', {
    calls: 2,
    budget: { crashes: 1, time: 2, faults: 1, beats: 1, upsets: 1 },
  }),
  scenario('at-most-once, more faults', { calls: 2, budget: { crashes: 1, time: 2, faults: 2, partings: 1 } }),
  scenario('at-most-once, reconciled, three calls, more crashes', {
    hook: 'fenced',
    budget: { crashes: 3, time: 3 },
  }),
  scenario('at-most-once, reconciled, failures', {
    calls: 2,
    hook: 'fenced',
    budget: { crashes: 1, time: 2, faults: 1, upsets: 1 },
  }),
  scenario('derived-key, heartbeats', {
    mode: 'derived-key',
    keeping: 'redrive',
    calls: 2,
    steps: 1,
    budget: { time: 2, upsets: 1, beats: 1 },
  }),
  scenario('derived-key, three calls, more crashes', {
    mode: 'derived-key',
    steps: 1,
    budget: { crashes: 3, time: 2 },
  }),
  scenario('derived-key, failures and faults', {
    mode: 'derived-key',
    steps: 1,
    calls: 2,
    budget: { crashes: 1, time: 2, faults: 1, upsets: 1 },
  }),
]
