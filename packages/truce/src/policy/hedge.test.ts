/**
 * May a hedge run? As tables, and as a law: never where a retry after an unknown failure would not.
 */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { Budget } from './budget.js'
import { type Failure, failure, TRANSIENT, UNRECOGNISED } from './classify.js'
import { DependencyPolicy } from './dependency.js'
import { Governor } from './governor.js'
import { Hold } from './hold.js'
import { asTold, mayHedge } from './hedge.js'
import { type CallFacts, decide, type RetryRules } from './retry.js'

const NONE = Number.POSITIVE_INFINITY
const NOW = 100_000
const half = () => 0.5

/** A write with a key whose original is late. */
const rules: RetryRules = {
  attempts: 3,
  retryOn: new Set(TRANSIENT),
  backoff: { initial: 50, factor: 2, max: 1_000, jitter: 'full' },
  repeatable: false,
  window: 60_000,
  background: false,
}
const call: CallFacts = {
  attempt: 1,
  deadline: NOW + 2_000,
  waited: 0,
  aborted: false,
  owns: true,
  keyed: true,
  keyedAt: NOW - 500,
  replayable: true,
  least: 10,
}

interface State {
  readonly isolated: boolean
  readonly held: number
  readonly timeouts: number
  readonly least: number
}
const healthy: State = { isolated: false, held: 0, timeouts: 0, least: 1 }

function dependencyIn({ isolated, held, timeouts, least }: State) {
  const breaker = new Breaker({ ...BREAKER, rule: { kind: 'consecutive', failures: 5 } })
  const governor = new Governor(false)
  const budget = new Budget({ ratio: 0.5, max: NONE, floor: 0, least, growLeast: false })
  if (isolated) breaker.isolate({ who: 'ops', why: 'drill', until: NOW + 9_000 })
  for (let n = 0; n < timeouts; n++) governor.timedOut(NOW)
  const hold = new Hold()
  hold.keep(held, NOW)
  return { dependency: new DependencyPolicy({ breaker, governor, budget, slowCall: NONE, hold }), budget }
}

function asked(changes: { rules?: Partial<RetryRules>; call?: Partial<CallFacts>; state?: Partial<State> } = {}) {
  const { dependency, budget } = dependencyIn({ ...healthy, ...changes.state })
  const before = budget.remaining(NOW)
  const payment = mayHedge({ ...rules, ...changes.rules }, { ...call, ...changes.call }, dependency, NOW, half)
  return { payment, paid: before - budget.remaining(NOW) }
}

describe('hedge', () => {
  it('may run where nothing speaks against it, and has paid', () => {
    expect(asked()).toEqual({ payment: 1, paid: 1 })
  })

  it('costs nothing where there is no budget, which is not the same as no', () => {
    const free = new DependencyPolicy({ breaker: null, governor: null, budget: null, slowCall: NONE })
    expect(mayHedge(rules, call, free, NOW, half)).toBe(0)
  })

  test.each<[string, Parameters<typeof asked>[0]]>([
    ['the caller left', { call: { aborted: true } }],
    ['another layer owns', { call: { owns: false } }],
    ['a write is not safe to repeat', { call: { keyed: false } }],
    ['the body cannot be sent again', { call: { replayable: false } }],
    ['the key is past its window', { call: { keyedAt: NOW - 60_001 } }],
    ['attempts are used up, hedges among them', { call: { attempt: 3 } }],
    ['it would come too late', { call: { deadline: NOW + 9 } }],
    ['the breaker would refuse', { state: { isolated: true } }],
    ['the service asked retries to stay away', { state: { held: 1 } }],
    ['the governor refuses', { state: { timeouts: 3 } }],
    ['the budget cannot pay', { state: { least: 0 } }],
  ])('does not run where %s, and takes nothing', (_, changes) => {
    expect(asked(changes)).toEqual({ payment: null, paid: 0 })
  })

  test.each<[string, Parameters<typeof asked>[0]]>([
    ['a read', { call: { keyed: false }, rules: { repeatable: true } }],
    ['one that just fits the deadline', { call: { deadline: NOW + 10 } }],
    ['one of a layer that owns what is transient', { call: { ownsBusiness: false } }],
  ])('runs for %s', (_, changes) => {
    expect(asked(changes).payment).toBe(1)
  })

  it('pays from the share of the call’s traffic class', () => {
    const classes = { interactive: 1 }
    const budget = new Budget({ ratio: 0.5, max: NONE, floor: 0, least: 1, growLeast: false, classes })
    const dependency = new DependencyPolicy({ breaker: null, governor: null, budget, slowCall: NONE })
    expect(mayHedge(rules, call, dependency, NOW, half)).toBeNull()
    expect(mayHedge(rules, { ...call, trafficClass: 'interactive' }, dependency, NOW, half)).toBeGreaterThan(0)
  })

  it('never runs where a retry without a wait, after a failure of which nothing is certain, would not', () => {
    const situations = fc.record({
      attempts: fc.constantFrom(1, 2, 3, NONE),
      repeatable: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 4 }),
      left: fc.integer({ min: 0, max: 30 }),
      age: fc.integer({ min: 59_990, max: 60_010 }),
      flags: fc.record({ aborted: fc.boolean(), owns: fc.boolean(), keyed: fc.boolean(), replayable: fc.boolean() }),
      state: fc.record({ isolated: fc.boolean(), held: fc.constant(0), timeouts: fc.nat(3), least: fc.nat(1) }),
    })
    fc.assert(
      fc.property(situations, ({ attempts, repeatable, attempt, left, age, flags, state }) => {
        const own: RetryRules = { ...rules, attempts, repeatable, backoff: null }
        const facts: CallFacts = { ...call, ...flags, attempt, deadline: NOW + left, keyedAt: NOW - age }
        const { act } = decide(own, facts, UNRECOGNISED, dependencyIn(state).dependency, NOW, half)
        expect(mayHedge(own, facts, dependencyIn(state).dependency, NOW, half) !== null).toBe(act === 'retry')
      }),
      { numRuns: 500 },
    )
  })
})

describe('what two attempts at once were told', () => {
  const last = failure('unavailable', 'unknown', { retryAfter: 100 })
  it.each<[string, Failure, Partial<Failure>]>([
    [
      'a longer wait of the other holds',
      failure('overloaded', 'not-applied', { retryAfter: 300 }),
      { retryAfter: 300 },
    ],
    ['a shorter one does not', failure('overloaded', 'not-applied', { retryAfter: 50 }), { retryAfter: 100 }],
    ['a veto of the other holds', failure('overloaded', 'not-applied', { retry: false }), { retry: false }],
    [
      'a later place of the other holds',
      failure('overloaded', 'not-applied', { retryAfter: 300, slot: true }),
      { retryAfter: 300, slot: true },
    ],
    ['an earlier place does not', failure('overloaded', 'not-applied', { retryAfter: 50, slot: true }), {}],
    ['its class and certainty do not', failure('conflict', 'not-applied'), {}],
  ])('%s', (_, other, told) => {
    expect(asTold(last, other)).toEqual({ ...last, ...told })
  })

  it('a place is none where the other asked for longer', () => {
    const placed = failure('overloaded', 'not-applied', { retryAfter: 100, slot: true })
    expect(asTold(placed, last)).toEqual(placed)
    expect(asTold(placed, failure('unavailable', 'unknown', { retryAfter: 300 }))).toMatchObject({
      retryAfter: 300,
      slot: false,
    })
  })

  it.each<[string, number | undefined, number | undefined, number | undefined]>([
    ['none where neither asked for a wait', undefined, undefined, undefined],
    ['the last one’s', 0.5, undefined, 0.5],
    ['the other’s', undefined, 0.5, 0.5],
    ['no wait at all is a wait too', undefined, 0, 0],
  ])('the wait: %s', (_, mine, others, told) => {
    const hint = (wait: number | undefined) => (wait === undefined ? {} : { retryAfter: wait })
    const both = asTold(failure('unavailable', 'unknown', hint(mine)), failure('timeout', 'unknown', hint(others)))
    expect(both).toStrictEqual(failure('unavailable', 'unknown', hint(told)))
  })
})
