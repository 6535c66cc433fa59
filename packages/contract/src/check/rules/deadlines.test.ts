import { describe, expect, it } from 'vitest'
import { checked } from '../../../test/given.js'
import { one, rules } from '../../../test/one-call.js'

describe('deadline-exceeds-caller', () => {
  const caller = (deadline: string, ...calls: string[]) => `
truce: 1
service: order-api
limits: { amplification: 100 }
serves: { place: { effect: read, deadline: ${deadline}, calls: { ${calls.join(', ')} } } }
depends:
  a: { operations: { x: { effect: read, attempts: 2, attemptTimeout: 1s, deadline: 3s, exhausted: fail } } }
  b: { operations: { x: { effect: read, attempts: 1, attemptTimeout: 1s, deadline: 1s } } }
  q: { broker: nats, operations: { x: { effect: read, use: background } } }
`
  // a.x takes 2 × 1 s and a wait of 100 ms.
  it.each([
    ['2100ms', ['a.x: 1']],
    ['4200ms', ['a.x: 2']],
    ['5200ms', ['a.x: 2', 'b.x: 1']],
    ['2100ms', ['a.x: { times: 2, concurrent: true }']],
    ['2100ms', ['a.x: { concurrent: true }', 'b.x: { concurrent: true }']],
    ['3100ms', ['a.x: { times: 5, concurrent: true }', 'b.x: 1']],
    ['2100ms', ['a.x: 1', 'q.x: 5']],
  ])('needs %s for %j, and no less', (deadline, calls) => {
    const less = `${Number.parseInt(deadline, 10) - 1}ms`
    expect(rules(caller(deadline, ...calls))).not.toContain('deadline-exceeds-caller')
    expect(rules(caller(less, ...calls))).toContain('deadline-exceeds-caller')
  })
})

describe('attempts-exceed-deadline', () => {
  it('says how many fit', () => {
    const [finding] = checked([
      one('effect: read, attempts: 4, attemptTimeout: 1s, deadline: 2s, exhausted: fail'),
    ]).findings
    expect(finding?.message).toBe(
      'inventory.reserve promises 4 attempts of up to 1s, which take 4s, in a deadline of 2s: 2 fit.',
    )
  })

  it('counts the least waits', () => {
    const waits = (jitter: string) =>
      rules(
        one(
          `effect: read, attempts: 2, attemptTimeout: 1s, deadline: 2049ms, exhausted: fail, backoff: { initial: 100ms, jitter: ${jitter} }`,
        ),
      )
    expect(waits('full')).toEqual([])
    expect(waits('equal')).toEqual(['attempts-exceed-deadline'])
  })

  it('passes over what is bounded by its deadline, and what has no timeout', () => {
    expect(rules(one('effect: read, use: background'))).toEqual([])
    expect(rules(one('effect: read, attemptTimeout: none, exhausted: fail'))).toEqual([])
  })
})
