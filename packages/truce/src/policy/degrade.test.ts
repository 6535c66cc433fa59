import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { Budget } from './budget.js'
import { failure } from './classify.js'
import { type DegradeRules, degrades } from './degrade.js'
import { DependencyPolicy } from './dependency.js'
import { Governor } from './governor.js'
import { type CallFacts, decide, type RetryRules } from './retry.js'

const NONE = Number.POSITIVE_INFINITY
const NOW = 100_000
const DEADLINE = NOW + 1_000
const half = () => 0.5

function parts() {
  const breaker = new Breaker({ ...BREAKER, rule: { kind: 'consecutive', failures: 1 } })
  const governor = new Governor(false)
  const classes = { interactive: 0.5 }
  const budget = new Budget({ ratio: 0.5, max: NONE, floor: 0, least: 4, growLeast: false, classes })
  return { breaker, governor, budget }
}
type Use = (used: ReturnType<typeof parts>) => void

const asWas: Use = () => {}
const spends: Use = ({ budget }) => void budget.pay(NOW)
const timesOut: Use = ({ governor }) => governor.timedOut(NOW)
const opens: Use = ({ breaker }) => void breaker.record(breaker.acquire(NOW, half), 'failure', NOW, half)

describe('degrade', () => {
  test.each<[string, DegradeRules, Use, string | undefined]>([
    ['no rule', {}, opens, undefined],
    ['two retries left of two', { budget: 2 }, asWas, undefined],
    ['one retry left of two', { budget: 2 }, spends, 'budget'],
    ['the governor at its top', { governor: 2 }, asWas, undefined],
    ['the governor below its top', { governor: 2 }, timesOut, 'throttled'],
    ['the governor at 1 of 1', { governor: 1 }, timesOut, undefined],
    ['the breaker closed', { breaker: 'shedding' }, asWas, undefined],
    ['the breaker open', { breaker: 'shedding' }, opens, 'breaker'],
    ['1,000 ms left of 1,000', { remaining: 1_000 }, asWas, undefined],
    ['1,000 ms left of 1,001', { remaining: 1_001 }, asWas, 'deadline'],
  ])('%s', (_, rules, use, expected) => {
    const used = parts()
    use(used)
    expect(degrades(rules, new DependencyPolicy({ ...used, slowCall: NONE }), DEADLINE, NOW)).toBe(expected)
  })

  it('names the reasons in the order in which a retry is refused', () => {
    const used = parts()
    for (const use of [spends, timesOut, opens]) use(used)
    const dependency = new DependencyPolicy({ ...used, slowCall: NONE })
    const all: DegradeRules[] = [{ remaining: 2_000 }, { breaker: 'shedding' }, { governor: 2 }, { budget: 9 }]
    const reasons = all.map((_, index) => degrades(Object.assign({}, ...all.slice(index)), dependency, DEADLINE, NOW))
    expect(reasons).toEqual(['deadline', 'breaker', 'throttled', 'budget'])
  })

  it('a part that is switched off never degrades, nor does a call without a deadline', () => {
    const off = new DependencyPolicy({ breaker: null, governor: null, budget: null, slowCall: NONE })
    expect(degrades({ budget: 9, governor: 2, breaker: 'shedding', remaining: 1e9 }, off, NONE, NOW)).toBeUndefined()
  })

  it('asks what the call’s traffic class has left', () => {
    const dependency = new DependencyPolicy({ ...parts(), slowCall: NONE })
    expect(degrades({ budget: 4 }, dependency, DEADLINE, NOW)).toBe('budget')
    expect(degrades({ budget: 4 }, dependency, DEADLINE, NOW, 'interactive')).toBeUndefined()
  })

  it('asks nothing that no rule wants to know', () => {
    const asked = (): never => {
      throw new Error('asked')
    }
    const governor = {
      get level() {
        return asked()
      },
    }
    const dependency = { governor, budget: { remaining: asked }, breakerState: asked }
    expect(degrades({ remaining: 1 }, dependency, DEADLINE, NOW)).toBeUndefined()
  })

  it('takes nothing: asked a hundred times, the dependency is as it was', () => {
    const used = parts()
    for (const use of [spends, timesOut, opens]) use(used)
    const dependency = new DependencyPolicy({ ...used, slowCall: NONE })
    const seen = () => [used.budget.remaining(NOW), used.governor.level, used.breaker.state(NOW)]
    const before = seen()
    for (let n = 0; n < 100; n++) degrades({ budget: 0, governor: 0, remaining: 0 }, dependency, DEADLINE, NOW)
    expect(seen()).toEqual(before)
  })
})

describe('before retries are spent', () => {
  const rules: RetryRules = {
    attempts: 3,
    retryOn: new Set(['timeout', 'unavailable', 'conflict']),
    backoff: null,
    repeatable: false,
    window: 60_000,
    background: false,
  }
  const call: CallFacts = {
    attempt: 1,
    deadline: NOW + 50,
    least: 10,
    waited: 0,
    aborted: false,
    owns: true,
    keyed: true,
    keyedAt: NOW,
    replayable: true,
  }
  const short: DegradeRules = { remaining: 100 }
  const down = failure('unavailable')
  const dependency = () => new DependencyPolicy({ breaker: null, governor: null, budget: null, slowCall: NONE })
  const decided = (facts: Partial<CallFacts>, failed = down, degradeWhen = short) => {
    const decision = decide({ ...rules, degradeWhen }, { ...call, ...facts }, failed, dependency(), NOW, half)
    return decision.act === 'stop' ? decision.stop : decision.act
  }

  test.each<[string, Partial<CallFacts>, ReturnType<typeof failure>, string]>([
    ['where a retry could be made', {}, down, 'deadline'],
    ['not where all attempts are made', { attempt: 3 }, down, 'attempts'],
    ['not where another layer owns', { owns: false }, down, 'not-owner'],
    ['not for a conflict that another layer owns', { ownsBusiness: false }, failure('conflict'), 'not-owner'],
    ['for a conflict that is its own', { ownsBusiness: true, owns: false }, failure('conflict'), 'deadline'],
    ['not for a class that is not repeated', {}, failure('overloaded'), 'permanent'],
    ['not for a permanent failure', {}, failure('not-found'), 'permanent'],
    ['not for a write that is not safe to repeat', { keyed: false }, down, 'unsafe'],
    ['not past the window of the key', { keyedAt: NOW - 60_001 }, down, 'window'],
    ['not where the dependency forbids a repeat', {}, failure('unavailable', 'unknown', { retry: false }), 'pushback'],
    ['not for a caller that has left', { aborted: true }, down, 'aborted'],
  ])('%s', (_, facts, failed, reason) => {
    expect(decided(facts, failed)).toBe(reason)
  })

  it('by no rule, never', () => {
    expect(decided({}, down, {})).toBe('retry')
  })
})
