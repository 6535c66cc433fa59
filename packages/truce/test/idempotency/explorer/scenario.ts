/**
 * Scenario: what may happen in one exploration, and how often.
 *
 * Every count is spent by the moves that need it. Nothing can happen for ever, so that the states form a
 * graph without cycles and the schedules through it can be counted.
 *
 * @module
 */
import type { Keeping } from '../../../src/policy/idempotency/keeping.js'
import type { Mode } from '../../../src/policy/idempotency/record.js'

export interface Scenario {
  readonly name: string
  readonly mode: Mode
  /** Calls with one key. Each is a worker of its own; a caller that repeats is one more of them. */
  readonly calls: number
  readonly hook: Hook
  /** Named steps of a handler in `derived-key`. */
  readonly steps: number
  readonly keeping: Keeping
  /** ms, as all times. */
  readonly lease: number
  readonly wait: number
  readonly ttl: number
  /** How far time may leap. */
  readonly leaps: readonly number[]
  readonly budget: Budget
  /** Does `look` see the lock of a transaction that has not ended, or only what is committed? */
  readonly look: 'locks' | 'snapshot'
  /** Any of them may be what a call sends. */
  readonly payloads: readonly Payload[]
  /** Do callers say how old their key is? */
  readonly ages: boolean
  /** Unguarded where the store cannot be asked. */
  readonly open: boolean
}

/**
 * How the effect and the reconcile hook work together.
 *
 * - `none`: there is no hook
 * - `fenced`: the hook leaves its fence where the effect is, in the same step in which it looks, and a write
 *   with an older fence is refused
 * - `fenced-writes`: only writes leave their fence; the hook just looks
 * - `unfenced`: nothing is refused
 */
export type Hook = 'none' | 'fenced' | 'fenced-writes' | 'unfenced'

export interface Payload {
  /** Two payloads with one wish are one payload, written differently. */
  readonly wish: string
  readonly value: unknown
}

export interface Budget {
  /** Workers that vanish. */
  readonly crashes: number
  /** Leaps of time. */
  readonly time: number
  /** Commands that are not applied, not answered, or late; sessions that the database ends. */
  readonly faults: number
  /** Heartbeats of each worker. */
  readonly beats: number
  /** Handlers that fail, and hooks that cannot tell. */
  readonly upsets: number
  /** Callers that leave before they have an answer. */
  readonly partings: number
}

const PLAIN: Scenario = {
  name: '',
  mode: 'at-most-once',
  calls: 3,
  hook: 'none',
  steps: 2,
  keeping: 'default',
  lease: 10,
  wait: 5,
  ttl: 1_000,
  // Half a lease and a little: two of them pass a lease, unless a heartbeat came between.
  leaps: [6],
  budget: { crashes: 0, time: 0, faults: 0, beats: 0, upsets: 0, partings: 0 },
  look: 'locks',
  payloads: [{ wish: 'coffee', value: { wish: 'coffee' } }],
  ages: false,
  open: false,
}

export function scenario(
  name: string,
  { budget, ...rest }: Partial<Omit<Scenario, 'name' | 'budget'>> & { readonly budget: Partial<Budget> },
): Scenario {
  return { ...PLAIN, ...rest, name, budget: { ...PLAIN.budget, ...budget } }
}
