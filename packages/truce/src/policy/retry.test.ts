import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { Budget } from './budget.js'
import { type Failure, type FailureClass, failure, TRANSIENT } from './classify.js'
import { DEADLINE } from './deadline.js'
import { DependencyPolicy } from './dependency.js'
import { Governor } from './governor.js'
import { type CallFacts, decide, PUSHBACK_SPREAD, type RetryRules, type Room } from './retry.js'
import { exhausts, type StopReason } from './stop.js'

const NONE = Number.POSITIVE_INFINITY
const NOW = 100_000
const half = () => 0.5

/** All that a decision looks at. The dependency's parts by what they would say. */
interface Situation {
  rules: RetryRules
  call: CallFacts
  failure: Failure
  breaker: 'open' | 'closed'
  throttled: boolean
  broke: boolean
}

/** A write with a key, of which the first of three attempts timed out: to be retried after 25 ms. */
const fine: Situation = {
  rules: {
    attempts: 3,
    retryOn: new Set(TRANSIENT),
    backoff: { initial: 50, factor: 2, max: 1_000, jitter: 'full' },
    repeatable: false,
    window: 60_000,
    background: false,
  },
  call: {
    attempt: 1,
    deadline: NOW + 2_000,
    waited: 0,
    aborted: false,
    owns: true,
    keyed: true,
    keyedAt: NOW - 500,
    replayable: true,
    least: DEADLINE.least,
  },
  failure: failure('timeout'),
  breaker: 'closed',
  throttled: false,
  broke: false,
}

const rules = (changes: Partial<RetryRules>) => (to: Situation) => ({ ...to, rules: { ...to.rules, ...changes } })
const call = (changes: Partial<CallFacts>) => (to: Situation) => ({ ...to, call: { ...to.call, ...changes } })
const failed = (changes: Partial<Failure>) => (to: Situation) => ({ ...to, failure: { ...to.failure, ...changes } })

function dependencyIn({ breaker, throttled, broke }: Situation): { dependency: DependencyPolicy; budget: Budget } {
  const parts = {
    breaker: new Breaker({ ...BREAKER, rule: { kind: 'consecutive', failures: 5 } }),
    governor: new Governor(false),
    budget: new Budget({ ratio: 0.5, max: NONE, floor: 0, least: broke ? 0 : 1, growLeast: false }),
  }
  if (breaker === 'open') parts.breaker.isolate({ who: 'ops', why: 'drill', until: NOW + 9_000 })
  if (throttled) for (let n = 0; n < 3; n++) parts.governor.timedOut(NOW)
  return { dependency: new DependencyPolicy({ ...parts, slowCall: NONE }), budget: parts.budget }
}

function decided(...changes: ((to: Situation) => Situation)[]) {
  const situation = changes.reduce((to, change) => change(to), fine)
  const { dependency, budget } = dependencyIn(situation)
  const before = budget.remaining(NOW)
  const decision = decide(situation.rules, situation.call, situation.failure, dependency, NOW, half)
  return { decision, paid: before - budget.remaining(NOW) }
}

/** The order in which the rules count: what makes each apply, alone. */
const order: [StopReason, (to: Situation) => Situation][] = [
  ['aborted', call({ aborted: true })],
  ['permanent', failed({ class: 'rejected' })],
  ['exhausted-below', failed({ class: 'exhausted' })],
  ['not-owner', call({ owns: false })],
  ['unsafe', call({ keyed: false })],
  ['not-replayable', call({ replayable: false })],
  ['window', call({ keyedAt: NOW - 60_001 })],
  ['attempts', call({ attempt: 3 })],
  ['pushback', failed({ retry: false })],
  ['deadline', call({ deadline: NOW + 5 })],
  ['breaker', (to) => ({ ...to, breaker: 'open' })],
  ['throttled', (to) => ({ ...to, throttled: true })],
  ['budget', (to) => ({ ...to, broke: true })],
]

/** One failure has one class; a call without a key has none past its window. */
const exclusive = (one: StopReason, other: StopReason) =>
  (one === 'permanent' && other === 'exhausted-below') || (one === 'unsafe' && other === 'window')

const pairs = order.flatMap(([first, makesFirst], index) =>
  order
    .slice(index + 1)
    .filter(([second]) => !exclusive(first, second))
    .map(([second, makesSecond]) => [first, second, makesFirst, makesSecond] as const),
)

describe('decide', () => {
  it('says yes where nothing speaks against it, and has paid', () => {
    expect(decided()).toEqual({ decision: { act: 'retry', wait: 25, payment: 1 }, paid: 1 })
  })

  test.each(order.slice(-2))('%s: no time is known from which more would be allowed', (reason, applies) => {
    expect(decided(applies).decision).toEqual({ act: 'stop', stop: reason, retryAt: undefined })
  })

  test.each(order)('%s stops, unpaid', (reason, applies) => {
    const { decision, paid } = decided(applies)
    expect(decision).toMatchObject({ act: 'stop', stop: reason })
    expect(paid).toBe(0)
  })

  test.each(pairs)('%s comes before %s', (first, _, makesFirst, makesSecond) => {
    expect(decided(makesFirst, makesSecond).decision).toMatchObject({ act: 'stop', stop: first })
  })

  test('all of them at once: the first', () => {
    expect(decided(...order.map(([, applies]) => applies)).decision).toMatchObject({ stop: 'aborted' })
  })

  test.each<[string, (to: Situation) => Situation, string]>([
    ['class aborted', failed({ class: 'aborted' }), 'aborted'],
    ['a transient class that is not in retryOn', rules({ retryOn: new Set(['overloaded'] as const) }), 'permanent'],
    [
      'a permanent class, even in retryOn',
      (to) => rules({ retryOn: new Set(['invalid'] as const) })(failed({ class: 'invalid' })(to)),
      'permanent',
    ],
    [
      'exhausted below, whatever retryOn says',
      (to) => rules({ retryOn: new Set() })(failed({ class: 'exhausted' })(to)),
      'exhausted-below',
    ],
  ])('%s', (_, applies, stop) => {
    expect(decided(applies).decision).toMatchObject({ stop })
  })

  test.each<[string, ((to: Situation) => Situation)[]]>([
    ['a write without a key that was not applied', [call({ keyed: false }), failed({ certainty: 'not-applied' })]],
    ['a repeatable operation without a key', [call({ keyed: false }), rules({ repeatable: true })]],
    ['a key at the end of its window', [rules({ window: 525 })]],
    ['no key, whatever the window', [call({ keyed: false, keyedAt: 0 }), rules({ repeatable: true, window: 0 })]],
    ['the last but one attempt', [call({ attempt: 2 })]],
    ['attempts without a count', [call({ attempt: 1_000_000, deadline: NONE }), rules({ attempts: NONE })]],
    ['a dependency that asks to be retried', [failed({ retry: true })]],
    ['an attempt that just fits: 25 of wait, 10 at the least', [call({ deadline: NOW + 35 })]],
  ])('retries %s', (_, changes) => {
    expect(decided(...changes).decision.act).toBe('retry')
  })

  // The server may have forgotten the key by then, and apply the write a second time.
  test.each<[string, ((to: Situation) => Situation)[]]>([
    ['after backoff', [rules({ window: 524 })]],
    ['after the wait that the dependency asked for', [rules({ window: 1_000 }), failed({ retryAfter: 600 })]],
  ])('a key that would be past its window when the retry starts, %s: window', (_, changes) => {
    const { decision, paid } = decided(...changes)
    expect([decision, paid]).toEqual([{ act: 'stop', stop: 'window', retryAt: undefined }, 0])
  })

  describe('the dependency’s own wait', () => {
    test.each<[number, number]>([
      [0, 25],
      [100, 125],
      [1_000, 1_050],
    ])('of %d ms replaces backoff and is spread upward to %d', (retryAfter, wait) => {
      expect(decided(failed({ retryAfter })).decision).toMatchObject({ act: 'retry', wait })
    })

    it('is spread by a tenth where there is no backoff', () => {
      const { decision } = decided(failed({ retryAfter: 1_000 }), rules({ backoff: null }))
      expect(decision).toMatchObject({ wait: 1_000 + 1_000 * PUSHBACK_SPREAD * 0.5 })
    })

    it('is never shortened: where it does not fit, the reason is deadline, with the time to come back', () => {
      const { decision } = decided(failed({ retryAfter: 1_991 }))
      expect(decision).toEqual({ act: 'stop', stop: 'deadline', retryAt: NOW + 1_991 })
    })

    it('that just fits is not made to miss by its spread', () => {
      expect(decided(failed({ retryAfter: 1_990 })).decision).toMatchObject({ act: 'retry', wait: 1_990 })
      expect(decided(failed({ retryAfter: 1_980 })).decision).toMatchObject({ act: 'retry', wait: 1_985 })
    })
  })

  describe('immediate', () => {
    const stale = [
      rules({ immediate: true }),
      failed({ class: 'unavailable', certainty: 'not-applied', answered: false }),
    ]

    it('repeats at once, paid like any other, where a stale connection failed before anything was sent', () => {
      expect(decided(...stale)).toEqual({ decision: { act: 'retry', wait: 0, payment: 1 }, paid: 1 })
    })

    test.each<[string, (to: Situation) => Situation, number]>([
      ['where it was not asked for', rules({ immediate: false }), 25],
      ['for a retry: once', call({ attempt: 2 }), 50],
      ['where something may have been sent', failed({ certainty: 'unknown' }), 25],
      ['where the dependency answered', failed({ answered: true }), 25],
      ['where a guard below refused', failed({ refused: true }), 25],
      ['where a pool was full: room takes time', failed({ class: 'overloaded' }), 25],
      ['where a wait was asked for', failed({ retryAfter: 100 }), 125],
    ])('is not %s', (_, changes, wait) => {
      expect(decided(...stale, changes).decision).toMatchObject({ act: 'retry', wait })
    })

    test.each(order.slice(2).filter(([reason]) => !['exhausted-below', 'unsafe'].includes(reason)))(
      'is refused for %s as ever',
      (stop, applies) => {
        expect(decided(...stale, applies).decision).toMatchObject({ act: 'stop', stop })
      },
    )
  })

  // Two owners: the low layer repeats what failed transiently, the outer one the whole transaction.
  test.each<[string, Partial<CallFacts>, FailureClass[], FailureClass[]]>([
    [
      'the low layer',
      { owns: true, ownsBusiness: false },
      ['timeout', 'unavailable', 'overloaded', 'internal'],
      ['conflict'],
    ],
    [
      'the outer layer',
      { owns: false, ownsBusiness: true },
      ['conflict'],
      ['timeout', 'unavailable', 'overloaded', 'internal'],
    ],
    ['the only owner', { owns: true }, [...TRANSIENT], []],
    ['who owns nothing', { owns: false }, [], [...TRANSIENT]],
    ['both in one', { owns: true, ownsBusiness: undefined }, [...TRANSIENT], []],
  ])('%s retries what is its own and leaves the rest, unmarked, to the other', (_, owner, own, others) => {
    const outcomes = (classes: FailureClass[]) => classes.map((name) => decided(call(owner), failed({ class: name })))
    expect(outcomes(own)).toMatchObject(own.map(() => ({ decision: { act: 'retry' }, paid: 1 })))
    expect(outcomes(others)).toMatchObject(others.map(() => ({ decision: { stop: 'not-owner' }, paid: 0 })))
    expect(exhausts('not-owner')).toBe(false)
  })

  it('pays from the share of the call’s traffic class', () => {
    const classes = { interactive: 0.5 }
    const budget = new Budget({ ratio: 0.5, max: NONE, floor: 0, least: 2, growLeast: false, classes })
    const dependency = new DependencyPolicy({ breaker: null, governor: null, budget, slowCall: NONE })
    const act = (trafficClass?: string) =>
      decide(fine.rules, { ...fine.call, trafficClass }, fine.failure, dependency, NOW, half)
    expect([act(), act(), act('background'), act('interactive')]).toMatchObject([
      { act: 'retry' },
      { act: 'stop', stop: 'budget' },
      { act: 'stop', stop: 'budget' },
      { act: 'retry' },
    ])
  })

  it('needs of what has room no more than whether it has: a process that declares nothing gets its retries, too', () => {
    const decidedIn = (room: Room) =>
      decide({ ...fine.rules, degradeWhen: {} }, fine.call, fine.failure, room, NOW, half)
    expect(decidedIn({ refusesRetry: () => undefined, pay: () => 1 })).toEqual({ act: 'retry', wait: 25, payment: 1 })
    expect(decidedIn({ refusesRetry: () => 'breaker', pay: () => 1 })).toEqual({
      act: 'stop',
      stop: 'breaker',
      retryAt: undefined,
    })
  })

  it('stays away as long as all were asked to where a place was promised and none said', () => {
    const room: Room = { refusesRetry: () => undefined, pay: () => 1, heldFor: () => 500 }
    const nowhere = failure('overloaded', 'not-applied', { slot: true })
    expect(decide(fine.rules, fine.call, nowhere, room, NOW, half)).toMatchObject({ act: 'retry', wait: 525 })
  })

  it('without backoff does not wait', () => {
    expect(decided(rules({ backoff: null })).decision).toMatchObject({ act: 'retry', wait: 0 })
  })

  it('asks the breaker about the end of the wait', () => {
    const waits: ((to: Situation) => Situation)[] = [
      call({ deadline: NOW + 60_000 }),
      (to) => ({ ...to, breaker: 'open' }),
    ]
    expect(decided(...waits, failed({ retryAfter: 8_000 })).decision).toEqual({
      act: 'stop',
      stop: 'breaker',
      retryAt: NOW + 9_000,
    })
    expect(decided(...waits, failed({ retryAfter: 9_000 })).decision).toMatchObject({ act: 'retry' })
  })

  test.each<[StopReason]>([['breaker'], ['throttled'], ['budget']])(
    'background waits out %s, and pays nothing',
    (reason) => {
      const applies = order.find(([name]) => name === reason)?.[1] ?? ((to: Situation) => to)
      const { decision, paid } = decided(applies, rules({ background: true }))
      expect([decision, paid]).toEqual([{ act: 'wait', reason, wait: 25 }, 0])
    },
  )

  it('says when to come back where that is known', () => {
    expect(decided(failed({ retry: false, retryAfter: 700 })).decision).toEqual({
      act: 'stop',
      stop: 'pushback',
      retryAt: NOW + 700,
    })
    expect(decided(call({ attempt: 3 })).decision).toEqual({ act: 'stop', stop: 'attempts', retryAt: undefined })
  })
})
