import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { Budget } from './budget.js'
import { failure, type FailureClass } from './classify.js'
import { DependencyPolicy, type Parts } from './dependency.js'
import { Governor } from './governor.js'

const TIMEOUT = 800
const half = () => 0.5
const never = () => {
  throw new Error('nothing to draw')
}

/** A breaker that opens at the second failure in a row: one outcome tells failure, success and silence apart. */
function touchy(): Breaker {
  const rule = { kind: 'consecutive', failures: 2 } as const
  return new Breaker({ ...BREAKER, rule, ramp: 0, lease: TIMEOUT })
}

function budget(least = 2): Budget {
  return new Budget({ ratio: 0.5, max: Number.POSITIVE_INFINITY, floor: 0, least, growLeast: false })
}

function build(parts: Partial<Parts> = {}): DependencyPolicy {
  return new DependencyPolicy({
    breaker: null,
    governor: null,
    budget: null,
    slowCall: Number.POSITIVE_INFINITY,
    ...parts,
  })
}

/** What a failed attempt did to breaker and governor, seen from outside. */
function moved(
  name: FailureClass,
  answered: boolean,
  given: number,
): { breaker: string; governor: string; budget: number } {
  const parts = { breaker: touchy(), governor: new Governor(true), budget: budget() }
  const policy = build(parts)
  const fail = (verdict: FailureClass, isAnswer: boolean, ms: number) =>
    policy.failed(policy.acquire(2, 0, half), failure(verdict, 'unknown', { answered: isAnswer }), ms, TIMEOUT, 0, half)

  // One failure in a row; all four outcomes that keep the governor quiet, at level 1.25: a retry that draws a half would be shed.
  fail('unavailable', true, TIMEOUT)
  for (let n = 0; n < 3; n++) parts.governor.timedOut(0)
  const level = parts.governor.level
  const opened = fail(name, answered, given)
  const counted = !parts.governor.allowsRetry(0, half)
  const governor = parts.governor.level < level ? 'down' : counted ? 'counted' : 'still'
  const breaker = opened ? 'failure' : fail('unavailable', true, TIMEOUT) ? 'silence' : 'answer'
  return { breaker, governor, budget: parts.budget.remaining(0) }
}

const FULL = TIMEOUT
const CUT = TIMEOUT / 2
const CUT_SHORT = TIMEOUT / 2 - 1
type Row = [FailureClass, answered: boolean, given: number, breaker: string, governor: string]

/** An answer of an attempt cut short says 504 because *our* deadline travelled with it: it does not count either. */
const table: Row[] = [
  ...[true, false].flatMap((answered): Row[] => [
    ['timeout', answered, FULL, 'failure', 'down'],
    ['timeout', answered, CUT, 'failure', 'down'],
    ['timeout', answered, CUT_SHORT, 'silence', 'still'],
  ]),
  ...[FULL, CUT, CUT_SHORT].flatMap((given): Row[] => [
    ['overloaded', true, given, 'failure', 'counted'],
    ['overloaded', false, given, 'failure', 'counted'],
    ['unavailable', true, given, 'failure', 'counted'],
    ['unavailable', false, given, 'failure', 'counted'],
    ...(['internal', 'conflict', 'invalid', 'unauthorized', 'not-found', 'rejected'] as const).flatMap(
      (name): Row[] => [
        [name, true, given, 'answer', 'counted'],
        [name, false, given, 'silence', 'counted'],
      ],
    ),
    ...(['exhausted', 'aborted'] as const).flatMap((name): Row[] => [
      [name, true, given, 'silence', 'still'],
      [name, false, given, 'silence', 'still'],
    ]),
  ]),
]

describe('dependency', () => {
  describe('what a failed attempt moves', () => {
    test.each(table)('%s, answered %s, given %d of 800 ms: for the breaker a %s, for the governor %s', (...row) => {
      const [name, answered, given, breaker, governor] = row
      expect(moved(name, answered, given)).toEqual({ breaker, governor, budget: 2 })
    })

    it('an outcome that says nothing gives a probe’s place to another', () => {
      const breaker = touchy()
      const policy = build({ breaker })
      for (let n = 0; n < 2; n++)
        policy.failed(policy.acquire(2, 0, half), failure('unavailable'), TIMEOUT, TIMEOUT, 0, half)
      const probes = [1, 2, 3].map(() => policy.acquire(2, 500, half))
      expect(policy.acquire(2, 500, half)).toBe(0)
      policy.failed(probes[0] as number, failure('aborted'), TIMEOUT, TIMEOUT, 500, half)
      policy.failed(probes[1] as number, failure('timeout'), CUT_SHORT, TIMEOUT, 500, half)
      policy.released(probes[2] as number)
      expect([1, 2, 3, 4].map(() => policy.acquire(2, 500, half) !== 0)).toEqual([true, true, true, false])
    })
  })

  describe('a timeout that was answered', () => {
    const quick = (given: number) => {
      const parts = { breaker: touchy(), governor: new Governor(true) }
      const policy = build(parts)
      for (let n = 0; n < 2; n++) {
        const permit = policy.acquire(2, 0, half)
        policy.failed(permit, failure('timeout'), given, TIMEOUT, 0, half, 10)
      }
      return [policy.breakerState(0), parts.governor.level]
    }

    it.each([TIMEOUT, CUT_SHORT])('within 10 ms of %d counts for the breaker and leaves the governor', (given) =>
      expect(quick(given)).toEqual(['open', 2]),
    )
  })

  it('what a guard below refused says nothing of the dependency', () => {
    const parts = { breaker: touchy(), governor: new Governor(true) }
    const policy = build(parts)
    const refused = { ...failure('unavailable', 'not-applied', { answered: false }), refused: true }
    for (let n = 0; n < 5; n++) policy.failed(policy.acquire(2, 0, half), refused, TIMEOUT, TIMEOUT, 0, half)
    expect([policy.breakerState(0), parts.governor.level]).toEqual(['closed', 2])
  })

  it('a probe keeps its place for as long as its attempt may take', () => {
    const policy = build({ breaker: touchy() })
    for (let n = 0; n < 2; n++)
      policy.failed(policy.acquire(2, 0, half), failure('unavailable'), TIMEOUT, TIMEOUT, 0, half)
    const probes = [1, 2, 3].map(() => policy.acquire(2, 500, half, 60_000))
    expect(policy.acquire(2, 59_000, half, 60_000)).toBe(0)
    for (const probe of probes.slice(0, 2)) policy.succeeded(probe, 2, 0, 12_000, 60_000, 12_500, half)
    expect(policy.breakerState(12_500)).toBe('closed')
  })

  describe('what a success moves', () => {
    test.each<[string, number, number, number]>([
      ['fast', 399, 1, 2],
      ['slow', 400, 1, 1],
    ])('%s: after %d ms it takes the governor from %d to %d', (_, ms, from, to) => {
      const governor = new Governor(true)
      for (let n = 0; n < 4; n++) governor.timedOut(0)
      expect(governor.level).toBe(from)
      const policy = build({ governor })
      policy.succeeded(policy.acquire(1, 0, half), 1, 0, ms, TIMEOUT, 0, half)
      expect(governor.level).toBe(to)
    })

    it('a first attempt deposits, a retry is refunded, and a redelivery’s unpaid success neither', () => {
      const parts = { budget: budget() }
      const policy = build(parts)
      for (let n = 0; n < 100; n++) policy.acquire(1, 0, half)
      const payments = [policy.pay(0), policy.pay(0)]
      expect([policy.pay(0), parts.budget.remaining(0)]).toEqual([null, 0])
      policy.succeeded(1, 2, payments[0] ?? 0, 10, TIMEOUT, 0, half)
      expect(parts.budget.remaining(0)).toBe(1)
      policy.succeeded(1, 2, 0, 10, TIMEOUT, 0, half)
      expect(parts.budget.remaining(0)).toBe(1)
      for (let n = 0; n < 3; n++) policy.succeeded(1, 1, 0, 10, TIMEOUT, 0, half)
      expect(parts.budget.remaining(0)).toBe(2)
    })

    test.each<[number, string]>([
      [99, 'closed'],
      [100, 'open'],
    ])('from slowCall on it is slow: %d ms leave the breaker %s', (ms, state) => {
      const rule = { ...BREAKER, kind: 'count', minimumCalls: 1, slowRate: 1 } as const
      const policy = build({ breaker: new Breaker({ ...BREAKER, rule }), slowCall: 100 })
      const changed = policy.succeeded(policy.acquire(1, 0, half), 1, 0, ms, TIMEOUT, 0, half)
      expect([policy.breakerState(0), changed]).toEqual([state, state === 'open'])
    })
  })

  it.each(['success', 'failure'] as const)('knows whether it has ever answered: by a %s', (end) => {
    const policy = build()
    policy.failed(1, failure('unavailable', 'not-applied', { answered: false }), TIMEOUT, TIMEOUT, 0, half)
    expect(policy.hasAnswered).toBe(false)
    if (end === 'success') policy.succeeded(1, 1, 0, 10, TIMEOUT, 0, half)
    else policy.failed(1, failure('internal'), TIMEOUT, TIMEOUT, 0, half)
    expect(policy.hasAnswered).toBe(true)
  })

  it('counts an original when it starts: not where the breaker refuses it, and no retry', () => {
    const parts = {
      budget: new Budget({ ratio: 1, max: Number.POSITIVE_INFINITY, floor: 0, least: 0, growLeast: false }),
      breaker: touchy(),
    }
    const policy = build(parts)
    for (let n = 0; n < 50; n++) parts.budget.deposit(0)
    policy.acquire(2, 0, half)
    expect(parts.budget.remaining(0)).toBe(0)
    policy.acquire(1, 0, half)
    policy.acquire(1, 0, half)
    expect(parts.budget.remaining(0)).toBe(2)
    parts.breaker.isolate({ who: 'ops', why: 'drill' })
    expect(policy.acquire(1, 0, half)).toBe(0)
    expect(parts.budget.remaining(0)).toBe(2)
  })

  it('refuses originals and retries for the breaker first, then for the governor', () => {
    const breaker = touchy()
    const governor = new Governor(false)
    const policy = build({ breaker, governor })
    expect([policy.refusesOriginal(0, never), policy.refusesRetry(0, 100, never)]).toEqual([undefined, undefined])
    for (let n = 0; n < 50; n++) governor.timedOut(0)
    expect([policy.refusesOriginal(0, half), policy.refusesRetry(0, 100, never)]).toEqual(['throttled', 'throttled'])
    expect([policy.refusesOriginal(0, never), policy.refusesOriginal(0, half)]).toEqual(['throttled', undefined])
    breaker.isolate({ who: 'ops', why: 'drill', until: 1_000 })
    expect([policy.refusesOriginal(0, never), policy.refusesRetry(0, 999, never)]).toEqual(['breaker', 'breaker'])
    expect([policy.refusesRetry(0, 1_000, never), policy.retryAt(0), policy.breakerState(0)]).toEqual([
      'throttled',
      1_000,
      'open',
    ])
  })

  it('the governor does not shed the first probe, by which anybody finds out; it sheds the others', () => {
    const breaker = touchy()
    const governor = new Governor(false)
    const policy = build({ breaker, governor })
    for (let n = 0; n < 100; n++) governor.timedOut(0)
    for (let n = 0; n < 2; n++)
      policy.failed(policy.acquire(1, 0, half), failure('unavailable'), TIMEOUT, TIMEOUT, 0, half)
    expect(policy.refusesOriginal(499, never)).toBe('breaker')
    expect(policy.refusesOriginal(500, never)).toBeUndefined()
    policy.acquire(1, 500, half)
    const others = [half, never, half].map((random) => policy.refusesOriginal(500, random))
    expect(others).toEqual(['throttled', 'throttled', undefined])
  })

  it('takes back what was paid for a retry that was never made', () => {
    const parts = { budget: budget() }
    const policy = build(parts)
    policy.takeBack(policy.pay(0) ?? 0, 0, 0)
    expect(parts.budget.remaining(0)).toBe(2)
  })

  it('a probe that is answered, with whatever error, is one that succeeded: somebody is there', () => {
    const policy = build({ breaker: touchy() })
    for (let n = 0; n < 2; n++)
      policy.failed(policy.acquire(2, 0, half), failure('unavailable'), TIMEOUT, TIMEOUT, 0, half)
    const probes = [1, 2].map(() => policy.acquire(2, 500, half))
    expect(probes.map((permit) => policy.isProbe(permit))).toEqual([true, true])
    for (const permit of probes) policy.failed(permit, failure('not-found'), 10, TIMEOUT, 500, half)
    expect([policy.breakerState(500), policy.isProbe(probes[0] as number)]).toEqual(['closed', false])
  })

  describe('in good weather', () => {
    const rate = { ...BREAKER, kind: 'time' } as const
    const timed = () => new Breaker({ ...BREAKER, rule: rate, lease: TIMEOUT })

    test.each<[string, Partial<Parts>, keepsTime: boolean, timesOutcomes: boolean]>([
      ['no part', {}, false, false],
      ['a breaker that counts', { breaker: touchy() }, false, false],
      ['a breaker over time', { breaker: timed() }, false, true],
      ['a governor', { governor: new Governor(false) }, true, false],
      ['a budget', { budget: budget() }, true, false],
      ['slow calls told apart', { slowCall: 100 }, true, false],
    ])('%s looks at the clock: %s, of outcomes: %s', (_, parts, keepsTime, timesOutcomes) => {
      const policy = build(parts)
      expect([policy.keepsTime, policy.timesOutcomes]).toEqual([keepsTime, timesOutcomes])
    })

    const low = () => {
      const governor = new Governor(false)
      for (let n = 0; n < 10; n++) governor.timedOut(0)
      return governor
    }
    const isolated = () => {
      const breaker = timed()
      breaker.isolate({ who: 'ops', why: 'drill' })
      return breaker
    }
    const mindful = () => {
      const breaker = timed()
      breaker.record(breaker.acquire(0, never), 'failure', 0, half)
      return breaker
    }
    test.each<[string, Partial<Parts>, plain: boolean, timeless: boolean]>([
      ['no part', {}, true, true],
      ['all parts, well', { breaker: timed(), governor: new Governor(false), budget: budget() }, true, true],
      ['a governor that lets few originals through', { breaker: timed(), governor: low() }, false, true],
      ['an open breaker', { breaker: isolated() }, false, false],
      ['a breaker with a failure in mind', { breaker: mindful() }, true, false],
    ])('%s: a permit without a draw %s, and without the time %s', (_, parts, plain, timeless) => {
      const policy = build(parts)
      const permits = [policy.plainPermit(0), policy.timelessPermit()]
      expect(permits.map((permit) => permit !== 0)).toEqual([plain, timeless])
      for (const permit of permits)
        if (permit !== 0 && parts.breaker) expect(parts.breaker.acquire(0, never)).toBe(permit)
    })

    test.each<[string, Partial<Parts>, boolean]>([
      ['no part', {}, true],
      ['a breaker of consecutive failures', { breaker: touchy() }, true],
      ['a breaker over time', { breaker: timed() }, false],
      ['a governor', { governor: new Governor(false) }, false],
      ['a budget', { budget: budget() }, false],
    ])('%s: a success changes nothing: %s', (_, parts, expected) => {
      expect(build(parts).countsNoSuccess).toBe(expected)
    })

    it('a success that changes nothing is an answer all the same', () => {
      for (const policy of [build(), build({ breaker: touchy() })]) {
        expect([policy.succeededPlainly(policy.timelessPermit()), policy.hasAnswered]).toEqual([true, true])
      }
    })

    it('is for the books where weather has turned since its original was sent: nothing is told then', () => {
      const breaker = touchy()
      const policy = build({ breaker })
      const permit = policy.timelessPermit()
      policy.failed(permit, failure('unavailable', 'unknown', { answered: false }), TIMEOUT, TIMEOUT, 0, half)
      expect([policy.succeededPlainly(permit), policy.hasAnswered]).toEqual([false, false])
      policy.succeeded(permit, 1, 0, 1, TIMEOUT, 0, half)
      expect(policy.succeededPlainly(permit), 'the failure is made up for').toBe(true)
      breaker.isolate({ who: 'ops', why: 'drill' })
      breaker.restore()
      expect(policy.succeededPlainly(permit), 'of an earlier era').toBe(false)
    })

    it('an original that was sent on such a permit raises the ceiling like any other', () => {
      const parts = { budget: budget(0) }
      const policy = build(parts)
      for (let n = 0; n < 50; n++) policy.originalSent(0)
      for (let n = 0; n < 50; n++) parts.budget.deposit(0)
      expect(parts.budget.remaining(0)).toBe(7)
    })
  })

  describe('retries that an operator stopped', () => {
    it('are refused until their time, by when they would start, and originals never', () => {
      const policy = build()
      policy.stopRetries(100)
      expect([0, 99, 100].map((at) => policy.refusesRetry(0, at, never))).toEqual(['budget', 'budget', undefined])
      expect(policy.refusesOriginal(0, never)).toBeUndefined()
      expect([0, 60, 100, 200].map((now) => policy.retriesStoppedFor(now))).toEqual([100, 40, 0, 0])
    })

    it('go again when that is taken back', () => {
      const policy = build()
      policy.stopRetries(100)
      policy.stopRetries(Number.NEGATIVE_INFINITY)
      expect([policy.refusesRetry(0, 0, never), policy.retriesStoppedFor(0)]).toEqual([undefined, 0])
    })
  })

  it('without its parts lets everything through and asks for nothing', () => {
    const policy = build()
    expect([policy.refusesOriginal(0, never), policy.refusesRetry(0, 0, never), policy.pay(0)]).toEqual([
      undefined,
      undefined,
      0,
    ])
    expect(policy.acquire(1, 0, never)).not.toBe(0)
    policy.takeBack(0, 0, 0)
    policy.originalSent(0)
    policy.released(1)
    expect(policy.isProbe(1)).toBe(false)
    expect(policy.failed(1, failure('aborted'), TIMEOUT, TIMEOUT, 0, never)).toBe(false)
    expect(policy.failed(1, failure('unavailable'), TIMEOUT, TIMEOUT, 0, never)).toBe(false)
    expect([policy.retryAt(0), policy.breakerState(0)]).toEqual([undefined, 'closed'])
  })
})
