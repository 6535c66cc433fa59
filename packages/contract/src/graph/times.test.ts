import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { contractsOf } from '../../test/given.js'
import type { Operation } from '../document/model.js'
import { ENDLESS, fitting, fittingInFull, longest, waits } from './times.js'

function operation(fields: string): Operation {
  const [contract] = contractsOf(`{ truce: 1, service: a, depends: { b: { operations: { x: ${fields} } } } }`)
  const found = contract?.depends.get('b')?.operations.get('x')
  if (!found) throw new Error('no operation')
  return found
}

const backoff = (jitter: string) =>
  operation(`{ effect: read, backoff: { initial: 50ms, factor: 2, max: 300ms, jitter: ${jitter} } }`)

describe('waits', () => {
  // Before the retries: 50, 100, 200, 300 ms.
  it.each([
    ['full', 'longest', 650],
    ['full', 'least', 0],
    ['equal', 'longest', 650],
    ['equal', 'least', 325],
    ['none', 'longest', 650],
    ['none', 'least', 650],
    // 50, 150, 300, 300: three times the last; never less than the first.
    ['decorrelated', 'longest', 800],
    ['decorrelated', 'least', 200],
  ] as const)('of five attempts with jitter %s: %s %i ms', (jitter, bound, expected) => {
    expect(waits(backoff(jitter), 5, bound)).toBe(expected)
  })

  it('are none without backoff, and with one attempt', () => {
    expect(waits(operation('{ effect: read, backoff: none }'), 5, 'longest')).toBe(0)
    expect(waits(backoff('full'), 1, 'longest')).toBe(0)
  })

  it('sum as they do one by one', () => {
    const part = fc.record({
      initial: fc.integer({ min: 0, max: 5_000 }),
      factor: fc.constantFrom(1, 1.5, 2, 3),
      more: fc.integer({ min: 0, max: 60_000 }),
      attempts: fc.integer({ min: 1, max: 40 }),
    })
    fc.assert(
      fc.property(part, ({ initial, factor, more, attempts }) => {
        const max = initial + more
        const each = operation(`{ effect: read, backoff: { initial: ${initial}, factor: ${factor}, max: ${max} } }`)
        let sum = 0
        for (let n = 0; n < attempts - 1; n++) sum += Math.min(max, initial * factor ** n)
        expect(waits(each, attempts, 'longest')).toBeCloseTo(sum, 6)
      }),
    )
  })

  it('of a thousand million attempts are known at once', () => {
    const many = operation('{ effect: read, backoff: { initial: 1ms, factor: 1.0000001, max: 1h } }')
    expect(waits(many, 1_000_000_000, 'longest')).toBeGreaterThan(1_000_000_000)
  })
})

describe('attempts that fit the deadline at longest waits', () => {
  it('are 124 of the background preset: 1, 2, 4, 8, 16 s, then 30 s each, in an hour', () => {
    expect(fitting(operation('{ effect: read, use: background }'))).toBe(124)
  })

  it('start before the deadline, not at it', () => {
    expect(fitting(operation('{ effect: read, use: background, deadline: 31s }'))).toBe(5)
    expect(fitting(operation('{ effect: read, use: background, deadline: 31001ms }'))).toBe(6)
  })

  it('are bounded without waits too: an attempt takes some time', () => {
    expect(fitting(operation('{ effect: read, use: background, backoff: none, deadline: 1s }'))).toBe(100)
  })

  it('have no end without a deadline', () => {
    const endless = operation('{ effect: read, use: background, deadline: none }')
    expect(fitting(endless)).toBe(ENDLESS)
    expect(longest(endless, ENDLESS)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('attempts of full length', () => {
  it.each([
    ['3s', 3],
    ['2999ms', 2],
    ['1s', 1],
    ['900ms', 0],
  ])('that fit a deadline of %s: %i', (deadline, fit) => {
    expect(fittingInFull(operation(`{ effect: read, attemptTimeout: 1s, deadline: ${deadline} }`), 3)).toBe(fit)
  })
})

describe('the longest that a call can take', () => {
  it('is its attempts and waits where they are less than its deadline', () => {
    expect(longest(operation('{ effect: read, attemptTimeout: 1s, deadline: 10s }'), 3)).toBe(3_300)
    expect(longest(operation('{ effect: read, attemptTimeout: 1s, deadline: 2s }'), 3)).toBe(2_000)
  })

  it('is its deadline where attempts or their time have no bound', () => {
    expect(longest(operation('{ effect: read, attemptTimeout: none, deadline: 10s }'), 3)).toBe(10_000)
    expect(longest(operation('{ effect: read, use: background }'), Number.POSITIVE_INFINITY)).toBe(3_600_000)
  })
})
