/**
 * Script: a strategy in the document's words, calls, and how each of their attempts ends.
 *
 * @module
 */
import fc from 'fast-check'
import type { Written } from '../../src/schema/document.js'

export type WrittenStrategy = Written['strategies'][string]

export type Ending = 'ok' | '503' | '500' | '404' | '429-hint' | 'slot' | 'slot-host' | 'refused' | 'hang'

export interface Step {
  readonly ends: Ending
  /** Whole ms until it ends. */
  readonly after: number
}

export interface CallScript {
  readonly arrives: number
  /** Of its attempts; later ones succeed. */
  readonly steps: readonly Step[]
}

export interface Script {
  readonly seed: number
  readonly instances: number
  readonly effect: 'read' | 'write'
  readonly keyed: boolean
  readonly strategy: WrittenStrategy
  readonly calls: readonly CallScript[]
}

/** Seconds of Retry-After. */
export const HINT = 1
/** ms until a place comes up. */
export const PLACE = 340

/** A fraction of a ms in which whole milliseconds and sums of them are exact. */
const FRACTION = 256
const PLACES = 8
/** So many have fractions of their own. */
const MOST_CALLS = FRACTION / PLACES - 1

/** The instant of something scripted: never that of another, nor a whole ms, at which timers ring. */
export function instant(ms: number, call: number, place: number): number {
  return Math.floor(ms) + (call * PLACES + (place % PLACES) + 1) / FRACTION
}

const step: fc.Arbitrary<Step> = fc.record({
  ends: fc.oneof(
    { weight: 2, arbitrary: fc.constant<Ending>('ok') },
    { weight: 5, arbitrary: fc.constantFrom<Ending>('503', '500', 'refused', 'hang') },
    { weight: 1, arbitrary: fc.constantFrom<Ending>('404', '429-hint') },
    { weight: 2, arbitrary: fc.constantFrom<Ending>('slot', 'slot-host') },
  ),
  after: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 100, max: 1_500 })),
})

const call = (longest: number): fc.Arbitrary<CallScript> =>
  fc.record({ arrives: fc.integer({ min: 0, max: longest }), steps: fc.array(step, { maxLength: 4 }) })

const breaker = fc.oneof(
  fc.constant('none' as const),
  fc.record(
    {
      kind: fc.constant('time' as const),
      window: fc.constantFrom('1s', '10s'),
      failureRate: fc.constantFrom('30%', '50%', '100%'),
      minimumCalls: fc.integer({ min: 1, max: 10 }),
      cooldown: fc.constantFrom('50ms', '500ms'),
      probes: fc.integer({ min: 2, max: 4 }),
      ramp: fc.constantFrom('0ms', '1s'),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant('consecutive' as const), failures: fc.integer({ min: 1, max: 6 }) }),
)

const strategy: fc.Arbitrary<WrittenStrategy> = fc.record(
  {
    use: fc.constantFrom('interactive', 'baseline', 'background'),
    attempts: fc.integer({ min: 1, max: 5 }),
    attemptTimeout: fc.constantFrom('100ms', '400ms', '1s'),
    deadline: fc.constantFrom('300ms', '2s', '20s'),
    backoff: fc.oneof(
      fc.constant('none' as const),
      fc.record(
        {
          initial: fc.constantFrom('10ms', '100ms'),
          factor: fc.constantFrom(1, 2),
          max: fc.constantFrom('200ms', '1s'),
          jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'none'),
        },
        { requiredKeys: ['initial'] },
      ),
    ),
    budget: fc.oneof(
      fc.constant('none' as const),
      fc.record({ ratio: fc.constantFrom(0.1, '50%'), floor: fc.constantFrom('1/s', '2/s') }, { requiredKeys: [] }),
    ),
    governor: fc.constant('none' as const),
    breaker,
    concurrency: fc.oneof(
      fc.integer({ min: 1, max: 4 }),
      fc.record({ limit: fc.integer({ min: 1, max: 3 }), queue: fc.integer({ min: 0, max: 5 }) }),
    ),
  },
  { requiredKeys: ['use'] },
)

/** A deadline without a bound on attempts and no wait would never end. */
const bounded = (written: WrittenStrategy): WrittenStrategy =>
  written.use === 'background'
    ? { ...written, deadline: written.deadline ?? '60s', attempts: written.attempts ?? 9 }
    : written

export const scripts: fc.Arbitrary<Script> = fc
  .tuple(fc.constantFrom(50, 3_000, 20_000), fc.integer({ min: 1, max: 1_000_000 }), strategy)
  .chain(([longest, seed, written]) =>
    fc.record({
      seed: fc.constant(seed),
      instances: fc.constantFrom(1, 10, 50),
      effect: fc.constantFrom('read' as const, 'write' as const),
      keyed: fc.boolean(),
      strategy: fc.constant(bounded(written)),
      calls: fc.array(call(longest), { minLength: 1, maxLength: MOST_CALLS }),
    }),
  )
