import { describe, expect, it, test } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import type { BreakerRule } from './breaker-rule.js'
import { DETECTOR } from './detector.js'

const half = () => 0.5
const rates = { window: 10_000, size: 20, failureRate: 0.3, openRate: 0.5, minimumCalls: 5, slowRate: 0.5 }
const RULES: [string, BreakerRule][] = [
  ['in a row', { kind: 'consecutive', failures: 3 }],
  ['by count', { kind: 'count', ...rates, size: 8 }],
  ['by time', { kind: 'time', ...rates }],
]

const breakerOf = (rule: BreakerRule) => new Breaker({ ...BREAKER, rule })
const tell = (breaker: Breaker, signal: 'success' | 'failure' | 'slow', times: number, now = 0) => {
  for (let n = 0; n < times; n++) breaker.record(breaker.acquire(now, half), signal, now, half)
}

describe.each(RULES)('a breaker that stepped back, %s', (_, rule) => {
  it('opens when everything of twenty calls failed, and at nothing less', () => {
    const breaker = breakerOf(rule)
    breaker.stepBack()
    tell(breaker, 'failure', 19)
    expect(breaker.state(0)).toBe('closed')
    tell(breaker, 'failure', 1)
    expect(breaker.state(0)).toBe('open')
  })

  it('sheds nothing where a call of twenty succeeded', () => {
    const breaker = breakerOf(rule)
    breaker.stepBack()
    tell(breaker, 'failure', 18)
    tell(breaker, 'success', 1)
    tell(breaker, 'failure', 18)
    expect(breaker.state(0)).toBe('closed')
    expect(breaker.plainPermit(0)).not.toBe(0)
  })

  it('forgets what it held against the dependency', () => {
    const breaker = breakerOf(rule)
    tell(breaker, 'failure', 2)
    breaker.stepBack()
    tell(breaker, 'failure', 19)
    expect(breaker.state(0)).toBe('closed')
  })

  it('leaves slow calls to the admission', () => {
    const breaker = breakerOf(rule)
    breaker.stepBack()
    tell(breaker, 'slow', 30)
    expect(breaker.state(0)).toBe('closed')
  })

  it('stays open where it was, and lets probes decide', () => {
    const breaker = breakerOf(rule)
    tell(breaker, 'failure', 5)
    expect(breaker.state(0)).toBe('open')
    breaker.stepBack()
    expect(breaker.state(0)).toBe('open')
    tell(breaker, 'success', BREAKER.closeAfter, BREAKER.cooldown)
    expect(breaker.state(BREAKER.cooldown)).toBe('closed')
  })
})

test('it comes back as the detector does: by one success, and nobody is held back by a ramp', () => {
  const breaker = breakerOf({ kind: 'consecutive', failures: 3 })
  breaker.stepBack()
  tell(breaker, 'failure', 20)
  expect(breaker.retryAt(0)).toBe(DETECTOR.cooldown)
  tell(breaker, 'success', 1, DETECTOR.cooldown)
  expect(breaker.plainPermit(DETECTOR.cooldown)).not.toBe(0)
})

test('a breaker that wants more than twenty still does', () => {
  const breaker = breakerOf({ kind: 'consecutive', failures: 40 })
  breaker.stepBack()
  tell(breaker, 'failure', 39)
  expect(breaker.state(0)).toBe('closed')
  tell(breaker, 'failure', 1)
  expect(breaker.state(0)).toBe('open')
})
