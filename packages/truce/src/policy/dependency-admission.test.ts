/**
 * What a dependency's admission says, as far as it is meant for more than the call that hears it.
 */
import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { type Failure, failure } from './classify.js'
import { DependencyPolicy, type Parts } from './dependency.js'
import { Governor } from './governor.js'
import { HOLD, Hold } from './hold.js'

const TIMEOUT = 800
const half = () => 0.5
const NONE = Number.POSITIVE_INFINITY
const TOUCHY = { kind: 'consecutive', failures: 2 } as const

function build(parts: Partial<Parts> = {}): DependencyPolicy {
  return new DependencyPolicy({ breaker: null, governor: null, budget: null, slowCall: NONE, ...parts })
}

function fail(policy: DependencyPolicy, what: Failure, times = 1, now = 0): void {
  for (let n = 0; n < times; n++) policy.failed(policy.acquire(1, now, half), what, TIMEOUT, TIMEOUT, now, half)
}

const REFUSED = failure('overloaded', 'not-applied', { retryAfter: 300, slot: true, scope: 'service', admission: true })

describe('retries are held', () => {
  const said = (hints: Partial<Failure>, parts: Partial<Parts> = {}) => {
    const policy = build(parts)
    fail(policy, { ...failure('overloaded', 'not-applied'), ...hints }, 1, 1_000)
    return policy.heldFor(1_000)
  }

  test.each<[string, Partial<Failure>, number]>([
    ['a service that names a wait', { scope: 'service', retryAfter: 300 }, 300],
    ['a service that names a place', { scope: 'service', retryAfter: 300, slot: true }, 300],
    ['a service that names no wait', { scope: 'service' }, 0],
    ['a wait of nobody in particular', { retryAfter: 300 }, 0],
    ['a host', { scope: 'host', retryAfter: 300 }, 0],
    ['a service that names 31 years', { scope: 'service', retryAfter: 1e12 }, HOLD.max],
  ])('by %s', (_, hints, ms) => expect(said(hints)).toBe(ms))

  it('by a host, where the dependency is that host', () => {
    expect(said({ scope: 'host', retryAfter: 300 }, { isHost: true })).toBe(300)
    expect(said({ retryAfter: 300 }, { isHost: true }), 'nobody in particular').toBe(0)
  })

  it('everywhere by a service, at the one host by a host', () => {
    const hold = new Hold()
    const [one, other] = [build({ hold, isHost: true }), build({ hold, isHost: true })]
    fail(one, { ...REFUSED, scope: 'host' })
    expect([one.heldFor(0), other.heldFor(0)]).toEqual([300, 0])
    fail(one, { ...REFUSED, retryAfter: 200 })
    expect([one.heldFor(0), other.heldFor(0)]).toEqual([300, 200])
  })

  it('but no original', () => {
    const policy = build()
    fail(policy, REFUSED)
    expect(policy.refusesOriginal(0, half)).toBeUndefined()
    expect(policy.plainPermit(0)).not.toBe(0)
  })

  it('by no failure that is no word of the dependency', () => {
    expect(said({ scope: 'service', retryAfter: 300, refused: true })).toBe(0)
    expect(said({ scope: 'service', retryAfter: 300, class: 'aborted' })).toBe(0)
  })
})

describe('who is asked to come', () => {
  it('is asked neither by the governor nor for room, but an operator and an open breaker stand before it', () => {
    const governor = new Governor(false)
    for (let n = 0; n < 6; n++) governor.timedOut(0)
    const breaker = new Breaker({ ...BREAKER, rule: TOUCHY })
    const policy = build({ governor, breaker })
    expect(policy.refusesRetry(0, 0, half)).toBe('throttled')
    expect(policy.refusesRetry(0, 0, half, true)).toBeUndefined()
    policy.stopRetries(10)
    expect(policy.refusesRetry(0, 0, half, true)).toBe('budget')
    policy.stopRetries(Number.NEGATIVE_INFINITY)
    breaker.isolate({ who: 'ops', why: 'drill' })
    expect(policy.refusesRetry(0, 0, half, true)).toBe('breaker')
  })
})

describe('the breaker of a dependency that guards itself', () => {
  const touchy = () => build({ breaker: new Breaker({ ...BREAKER, rule: TOUCHY }) })

  it('takes its refusals for answers, however many', () => {
    const policy = touchy()
    fail(policy, REFUSED, 100)
    expect(policy.breakerState(0)).toBe('closed')
  })

  it('and as a probe for a sign of life', () => {
    const policy = touchy()
    fail(policy, failure('unavailable'), 2)
    expect(policy.breakerState(0)).toBe('open')
    fail(policy, REFUSED, BREAKER.closeAfter, BREAKER.cooldown)
    expect(policy.breakerState(BREAKER.cooldown)).toBe('closed')
  })

  it('steps back with the first word of it, whatever failed', () => {
    const policy = touchy()
    fail(policy, failure('internal', 'unknown', { admission: true }))
    fail(policy, failure('unavailable', 'not-applied', { answered: false }), 19)
    expect(policy.breakerState(0)).toBe('closed')
    fail(policy, failure('unavailable', 'not-applied', { answered: false }), 1)
    expect(policy.breakerState(0)).toBe('open')
  })

  it('counts what the service failed at itself, and a host that is about to go', () => {
    const states = [
      failure('overloaded', 'unknown', { admission: true }),
      failure('timeout', 'unknown', { admission: true }),
      failure('unavailable', 'not-applied', { admission: true, scope: 'host' }),
    ].map((what) => {
      const policy = touchy()
      fail(policy, what, 20)
      return policy.breakerState(0)
    })
    expect(states).toEqual(['open', 'open', 'open'])
  })

  it('a refusal of somebody who does not guard itself is a failure as ever', () => {
    const policy = touchy()
    fail(policy, failure('overloaded', 'not-applied', { retryAfter: 300 }), 2)
    expect(policy.breakerState(0)).toBe('open')
  })
})
