/**
 * What a call does with a place in the dependency's queue, and with a wait that was told to others.
 */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { Budget } from './budget.js'
import { type Failure, failure, TRANSIENT } from './classify.js'
import { DEADLINE } from './deadline.js'
import { DependencyPolicy } from './dependency.js'
import { Governor } from './governor.js'
import { type CallFacts, decide, PUSHBACK_SPREAD, type RetryRules, SLOT } from './retry.js'

const NONE = Number.POSITIVE_INFINITY
const NOW = 100_000
const RULES: RetryRules = {
  attempts: 3,
  retryOn: new Set(TRANSIENT),
  backoff: { initial: 50, factor: 2, max: 1_000, jitter: 'full' },
  repeatable: true,
  window: NONE,
  background: false,
}
const BACKGROUND: RetryRules = {
  ...RULES,
  attempts: NONE,
  background: true,
  backoff: { initial: 1_000, factor: 2, max: 30_000, jitter: 'full' },
}
const CALL: CallFacts = {
  attempt: 1,
  deadline: NOW + 2_500,
  waited: 0,
  aborted: false,
  owns: true,
  keyed: false,
  keyedAt: NOW,
  replayable: true,
  least: DEADLINE.least,
}

const place = (ms: number): Failure =>
  failure('overloaded', 'not-applied', { retryAfter: ms, slot: true, admission: true })

/** A dependency that has no room for a retry of which it was not asked. */
function full(): DependencyPolicy {
  const governor = new Governor(false)
  for (let n = 0; n < 6; n++) governor.timedOut(NOW)
  const budget = new Budget({ ratio: 0, max: NONE, floor: 0, least: 0, growLeast: false })
  return new DependencyPolicy({ breaker: null, governor, budget, slowCall: NONE })
}

const open = () => new DependencyPolicy({ breaker: null, governor: null, budget: null, slowCall: NONE })

/** A service that said to another call: not before so many ms. */
function holding(ms: number): DependencyPolicy {
  const policy = open()
  const said = { ...failure('overloaded'), scope: 'service' as const, retryAfter: ms }
  policy.failed(
    policy.acquire(1, NOW, () => 0),
    said,
    800,
    800,
    NOW,
    () => 0,
  )
  return policy
}

const after = (
  what: Failure,
  { rules = RULES, call = {}, policy = open(), u = 0.5 }: Partial<After> = {},
): ReturnType<typeof decide> => decide(rules, { ...CALL, ...call }, what, policy, NOW, () => u)
interface After {
  rules: RetryRules
  call: Partial<CallFacts>
  policy: DependencyPolicy
  u: number
}

describe('a place in the dependency’s queue', () => {
  test.each([
    ['nothing drawn', 340, 0, 340],
    ['a tenth of it at most', 340, 0.999_999, 374],
    ['or 50 ms', 2_000, 0.999_999, 2_050],
    ['now', 0, 0.999_999, 0],
  ])('is come to when it comes up: %s', (_, slot, u, wait) => {
    const decision = after(place(slot), { u })
    expect(decision).toMatchObject({ act: 'retry' })
    expect((decision as { wait: number }).wait).toBeCloseTo(wait, 3)
  })

  it('is free, and nobody else is asked whether there is room', () => {
    expect(after(place(340), { policy: full() })).toMatchObject({ act: 'retry', payment: 0 })
    expect(after(failure('overloaded', 'not-applied', { retryAfter: 340 }), { policy: full() })).toMatchObject({
      stop: 'throttled',
    })
  })

  it('is believed once by a call that somebody waits for: refused at it, it pays like everybody', () => {
    expect(after(place(340), { policy: full(), call: { attempt: 2 } })).toMatchObject({ stop: 'throttled' })
    const paid = new DependencyPolicy({
      breaker: null,
      governor: null,
      budget: new Budget({ ratio: 0.5, max: NONE, floor: 0, least: 1, growLeast: false }),
      slowCall: NONE,
    })
    expect(after(place(340), { policy: paid, call: { attempt: 2 } })).toMatchObject({ act: 'retry', payment: 1 })
    expect(after(place(340), { policy: paid, call: { attempt: 2 } })).toMatchObject({ stop: 'budget' })
  })

  it('is free each time for one that has time, and from the second on never at once', () => {
    const policy = full()
    for (const attempt of [1, 2, 7, 9]) {
      const decision = after(place(40), { rules: BACKGROUND, policy, call: { attempt, deadline: NONE }, u: 0 })
      expect(decision).toEqual({ act: 'retry', wait: attempt === 1 ? 40 : SLOT.again, payment: 0 })
    }
    expect(after(place(4_000), { rules: BACKGROUND, call: { attempt: 2, deadline: NONE }, u: 0 })).toMatchObject({
      wait: 4_000,
    })
  })

  it('that was given in vain eight times is waited for twice as long each time, up to the longest that is given', () => {
    const waits = [9, 10, 11, 15, 16, 90].map(
      (attempt) => after(place(0), { rules: BACKGROUND, call: { attempt, deadline: NONE }, u: 0 }) as { wait: number },
    )
    expect(waits.map(({ wait }) => wait)).toEqual([250, 500, 1_000, 10_000, 10_000, 10_000])
  })

  it('without a backoff it is not come back to at once either', () => {
    const rules = { ...BACKGROUND, backoff: null }
    expect(after(place(0), { rules, call: { attempt: 2 }, u: 0 })).toMatchObject({ wait: SLOT.again })
  })

  it('that does not fit the deadline ends the call, and says until when', () => {
    expect(after(place(2_500))).toEqual({ act: 'stop', stop: 'deadline', retryAt: NOW + 2_500 })
    expect(after(place(1e12))).toEqual({ act: 'stop', stop: 'deadline', retryAt: NOW + 1e12 })
  })

  it('that fits still fits when it is spread', () => {
    const last = 2_500 - DEADLINE.least
    expect(after(place(last), { u: 0.999_999 })).toEqual({ act: 'retry', wait: last, payment: 0 })
  })

  it('opens no breaker, and makes no unsafe write safe', () => {
    const breaker = new Breaker({ ...BREAKER, rule: { kind: 'consecutive', failures: 5 } })
    breaker.isolate({ who: 'ops', why: 'drill' })
    const policy = new DependencyPolicy({ breaker, governor: null, budget: null, slowCall: NONE })
    expect(after(place(340), { policy })).toMatchObject({ stop: 'breaker' })
    const doubtful = { ...place(340), certainty: 'unknown' as const }
    expect(after(doubtful, { rules: { ...RULES, repeatable: false } })).toMatchObject({ stop: 'unsafe' })
    expect(after(place(340), { call: { attempt: 3 } })).toMatchObject({ stop: 'attempts' })
    expect(after({ ...place(340), retry: false })).toMatchObject({ stop: 'pushback' })
  })

  it('for ever and now makes no storm: two attempts a call where nothing is in the budget, and the attempts at most', () => {
    const count = (policy: () => DependencyPolicy) => {
      let attempt = 1
      while (after(place(0), { policy: policy(), call: { attempt } }).act === 'retry') attempt++
      return attempt
    }
    expect([count(full), count(open)]).toEqual([2, 3])
  })
})

describe('a wait that the service told another call', () => {
  it('holds a retry that has no place of its own: until then, and spread behind it', () => {
    expect(after(failure('internal'), { policy: holding(600), u: 0 })).toMatchObject({ wait: 600 })
    expect(after(failure('internal'), { policy: holding(600), u: 0.5 })).toMatchObject({ wait: 630 })
  })

  it('also where it was asked for less', () => {
    const sooner = failure('overloaded', 'not-applied', { retryAfter: 100 })
    expect(after(sooner, { policy: holding(600), u: 0 })).toMatchObject({ wait: 600 })
    const later = failure('overloaded', 'not-applied', { retryAfter: 900 })
    expect(after(later, { policy: holding(600), u: 0 })).toMatchObject({ wait: 900 })
  })

  it('but nobody who has a place of his own', () => {
    expect(after(place(100), { policy: holding(600), u: 0 })).toMatchObject({ wait: 100 })
  })

  it('ends a call whose deadline comes before it', () => {
    expect(after(failure('internal'), { policy: holding(2_495) })).toMatchObject({ stop: 'deadline' })
  })

  it('is forgotten when it is over', () => {
    const policy = holding(600)
    const decision = decide(RULES, CALL, failure('internal'), policy, NOW + 600, () => 0.5)
    expect(decision).toMatchObject({ act: 'retry', wait: 25 })
  })
})

test('no wait that the dependency asked for is shortened, and a place is missed by 50 ms at most', () => {
  const ms = fc.integer({ min: 0, max: 5_000 })
  const facts = fc.record({
    asked: fc.option(ms, { nil: undefined }),
    slot: fc.boolean(),
    held: ms,
    attempt: fc.integer({ min: 1, max: 4 }),
    background: fc.boolean(),
    u: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  fc.assert(
    fc.property(facts, ({ asked, slot, held, attempt, background, u }) => {
      const what = { ...failure('overloaded'), ...(asked !== undefined && { retryAfter: asked, slot }) }
      const rules = { ...(background ? BACKGROUND : RULES), attempts: NONE }
      const decision = after(what, { rules, policy: holding(held), call: { attempt, deadline: NOW + 60_000 }, u })
      const { wait } = decision as { wait: number }
      const placed = asked !== undefined && slot
      expect(wait).toBeGreaterThanOrEqual(placed ? asked : Math.max(asked ?? 0, held))
      if (placed && attempt === 1)
        expect(wait).toBeLessThanOrEqual(asked + Math.min(SLOT.spread, PUSHBACK_SPREAD * asked))
    }),
  )
})
