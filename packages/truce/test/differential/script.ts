/**
 * Script: one dependency, its settings, and calls that arrive while it misbehaves.
 *
 * Said in the words of `policy/`: the driver takes them as they are, the guard's side says them as
 * options, so that what the guard makes of its options is compared as well.
 *
 * @module
 */
import fc from 'fast-check'
import {
  type Backoff,
  BREAKER,
  type BreakerRule,
  type BreakerSettings,
  type Jitter,
  type TransientClass,
} from '../../src/policy/index.js'
import { type Ending, MOST_CALLS, SOON, type Step } from './step.js'

export interface OperationScript {
  readonly effect: 'read' | 'write'
  readonly risk: 'high' | 'low'
  readonly attempts: number
  /** ms; `Infinity` for none. */
  readonly attemptTimeout: number
  /** ms; `Infinity` for none. */
  readonly deadline: number
  readonly backoff: Backoff | null
  readonly retryOn: readonly TransientClass[] | undefined
  /** Does the dependency honour keys? */
  readonly honoured: boolean
  /** How long a key may be repeated, ms. */
  readonly window: number
  /** Does another layer retry? */
  readonly owned: boolean
}

export interface CallScript {
  /** Whole ms. */
  readonly arrives: number
  readonly operation: 0 | 1
  readonly keyed: boolean
  readonly age: number
  readonly replayable: boolean
  readonly deadline: number
  /** Its caller aborts so many ms after the arrival. */
  readonly leaves: number
  /** How its attempts end, by number. */
  readonly steps: readonly Step[]
}

export interface Script {
  readonly seed: number
  readonly instances: number
  readonly budget: { readonly ratio: number; readonly max: number; readonly floor: number } | null
  readonly governor: boolean
  readonly breaker: BreakerSettings | null
  /** A success slower than this is a slow call, ms. */
  readonly slowCall: number
  readonly operations: readonly [OperationScript, OperationScript]
  readonly calls: readonly CallScript[]
  /** Are they calls of `retry()`? Nothing is cut or refused then, and the budget is that of the process. */
  readonly oneLine?: true
}

export const MOST_ATTEMPTS = 5

const whole = (min: number, max: number) => fc.integer({ min, max })
const rarely = <T>(value: T, otherwise: fc.Arbitrary<T>, weight = 1) =>
  fc.oneof({ weight: 8, arbitrary: otherwise }, { weight, arbitrary: fc.constant(value) })

const often = (weight: number, ...endings: Ending[]) =>
  endings.map((ends) => ({ weight, arbitrary: fc.constant(ends) }))
const ending = fc.oneof(
  ...often(9, 'ok'),
  ...often(5, '503', 'refused', 'lost', 'hang'),
  ...often(2, '429-hint'),
  ...often(1, '503-hint', '404', 'unasked'),
)
const step: fc.Arbitrary<Step> = fc.record({
  ends: ending,
  after: fc.oneof(fc.constantFrom(0, SOON), whole(1, 60), whole(1, 800)),
  hint: whole(0, 2),
})

const backoff: fc.Arbitrary<Backoff> = fc
  .record({
    initial: fc.oneof(whole(0, 20), whole(0, 250)),
    factor: fc.constantFrom(1, 1.5, 2, 3),
    more: whole(0, 1_500),
    jitter: fc.constantFrom<Jitter>('full', 'equal', 'decorrelated', 'none'),
  })
  .map(({ initial, factor, more, jitter }) => ({ initial, factor, max: initial + more, jitter }))

const operation: fc.Arbitrary<OperationScript> = fc
  .record({
    effect: fc.constantFrom('read', 'write'),
    risk: fc.constantFrom('high', 'low'),
    attempts: whole(1, MOST_ATTEMPTS),
    attemptTimeout: rarely(Number.POSITIVE_INFINITY, whole(20, 600)),
    deadline: rarely(Number.POSITIVE_INFINITY, fc.oneof(whole(1, 30), whole(50, 4_000), whole(50, 4_000))),
    backoff: rarely<Backoff | null>(null, backoff),
    retryOn: rarely<readonly TransientClass[] | undefined>(['unavailable', 'timeout'], fc.constant(undefined)),
    honoured: rarely(false, fc.constant(true), 3),
    window: rarely(Number.POSITIVE_INFINITY, fc.oneof(whole(0, 30), whole(0, 3_000)), 8),
    owned: rarely(true, fc.constant(false)),
  })
  // Who says how long a key may be repeated says that it is honoured.
  .map((settings) => (settings.honoured ? settings : { ...settings, window: Number.POSITIVE_INFINITY }))
  // A hang must end by something.
  .map((settings) =>
    Math.min(settings.attemptTimeout, settings.deadline) < Number.POSITIVE_INFINITY
      ? settings
      : { ...settings, deadline: 1_000 },
  )

const call: fc.Arbitrary<CallScript> = fc.record({
  arrives: fc.oneof(whole(0, 300), whole(0, 8_000)),
  operation: fc.constantFrom(0, 1),
  keyed: fc.boolean(),
  age: rarely(0, whole(0, 2_000), 8),
  replayable: rarely(false, fc.constant(true)),
  deadline: rarely(700, fc.constant(Number.POSITIVE_INFINITY)),
  leaves: rarely(Number.POSITIVE_INFINITY, whole(1, 1_000), 50),
  steps: fc.array(step, { minLength: MOST_ATTEMPTS, maxLength: MOST_ATTEMPTS }),
})

const share = fc.constantFrom(0.3, 0.5, 0.8, 1)
const rule: fc.Arbitrary<BreakerRule> = fc.oneof(
  whole(1, 5).map((failures) => ({ kind: 'consecutive' as const, failures })),
  fc
    .record({
      kind: fc.constantFrom('count' as const, 'time' as const),
      size: whole(8, 30),
      window: whole(100, 10_000),
      failureRate: share,
      openRate: share,
      minimumCalls: whole(1, 8),
      slowRate: share,
    })
    .map((rates) => ({ ...rates, openRate: Math.max(rates.failureRate, rates.openRate) })),
)
const breaker: fc.Arbitrary<BreakerSettings> = fc
  .record({
    rule,
    cooldown: whole(20, 900),
    more: whole(0, 2_000),
    probes: whole(1, 4),
    least: whole(1, 4),
    ramp: whole(0, 1_500),
  }) // prettier-ignore
  .map(({ more, least, ...settings }) => ({
    ...settings,
    cooldownMax: settings.cooldown + more,
    closeAfter: Math.min(settings.probes, least),
    lease: BREAKER.lease,
  }))

export const scripts: fc.Arbitrary<Script> = fc.record({
  seed: whole(0, 2 ** 31),
  instances: fc.constantFrom(1, 10, 11),
  budget: rarely<Script['budget']>(
    null,
    fc.record({
      ratio: fc.constantFrom(0.1, 0.5, 1),
      max: fc.constantFrom(Number.POSITIVE_INFINITY, 0.5, 3),
      floor: fc.constantFrom(0, 0.2, 2),
    }),
    3,
  ),
  governor: fc.boolean(),
  breaker: rarely<BreakerSettings | null>(null, breaker, 5),
  slowCall: rarely(Number.POSITIVE_INFINITY, whole(10, 300), 8),
  operations: fc.tuple(operation, operation),
  calls: fc.array(call, { minLength: 1, maxLength: MOST_CALLS, size: 'max' }),
})

/** What `retry()` has no words for is left out: all but attempts, deadline, backoff and classes. */
const plain = (settings: OperationScript): OperationScript => ({
  ...settings,
  effect: 'read',
  risk: 'low',
  attemptTimeout: Number.POSITIVE_INFINITY,
  honoured: false,
  window: Number.POSITIVE_INFINITY,
  owned: false,
})

/**
 * Each call has a timer of its own. So retries that begin in one ms do not begin in one turn, and must not end in
 * it either: who of two comes first would be left to the turn. And what hangs, nobody would end.
 */
const alone = (script: CallScript): CallScript => ({
  ...script,
  keyed: false,
  replayable: true,
  deadline: Number.POSITIVE_INFINITY,
  steps: script.steps.map(({ ends, after, hint }, at) => ({
    ends: ends === 'hang' ? 'lost' : ends,
    after: at === 0 ? after : after || SOON,
    hint,
  })),
})

export const retryScripts: fc.Arbitrary<Script> = scripts.map(({ operations: [one, other], ...script }) => ({
  ...script,
  instances: 11,
  budget: null,
  governor: false,
  breaker: null,
  operations: [plain(one), plain(other)],
  calls: script.calls.map(alone),
  oneLine: true,
}))
