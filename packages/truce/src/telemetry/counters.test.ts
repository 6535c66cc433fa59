import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { counted, countersOf, type DependencyGauges, dependencyGauges, LAST_ATTEMPT } from './counters.js'

const gauges = (budgetRemaining: number): DependencyGauges => ({
  budgetRemaining,
  breakerState: 'closed',
  governorLevel: 2,
  inFlight: 0,
  waiting: 0,
  concurrencyLimit: undefined,
})

afterEach(() => void vi.restoreAllMocks())

describe('counters of operations', () => {
  test('the same names share one object', () => {
    const stock = countersOf('shop', 'inventory', 'stock')
    expect(countersOf('shop', 'inventory', 'stock', 'read')).toBe(stock)
    expect(countersOf('shop', 'inventory', 'stock', 'write')).not.toBe(stock)
    expect(countersOf('shop', 'inventory', 'reserve')).not.toBe(stock)
    expect(countersOf('other', 'inventory', 'stock')).not.toBe(stock)
  })

  test('names that read alike when joined stay apart', () => {
    expect(countersOf('a', 'b","c', 'd')).not.toBe(countersOf('a","b', 'c', 'd'))
  })

  test('refusals by reason', () => {
    const counters = countersOf('shop', 'inventory', 'refusals')
    counters.refuse('budget')
    counters.refuse('budget')
    counters.refuse('breaker')
    expect([counters.refused('budget'), counters.refused('breaker'), counters.refused('deadline')]).toEqual([2, 1, 0])
  })

  test('successful retries by attempt, the late ones together', () => {
    const counters = countersOf('shop', 'inventory', 'successes')
    for (const attempt of [2, 3, 3, LAST_ATTEMPT, 5_000]) counters.retrySucceeded(attempt)
    expect([2, 3, 4, LAST_ATTEMPT].map((attempt) => counters.retrySuccess(attempt))).toEqual([1, 2, 0, 2])
  })
})

describe('gauges of dependencies', () => {
  test('the last guard of a name is read; its counters go on', () => {
    const first = dependencyGauges('shop', 'last-wins', () => gauges(1))
    first.breakerOpened++
    const second = dependencyGauges('shop', 'last-wins', () => gauges(2))
    expect(second).toBe(first)
    expect(second.breakerOpened).toBe(1)
    expect(second.read().budgetRemaining).toBe(2)
  })

  // opossum kept every breaker ever made in one global set.
  it('holds one of many dependencies that are made under one name', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const before = counted().dependencies.length
    const made: WeakRef<object>[] = []
    for (let request = 0; request < 1_000; request++) {
      const dependency = { budget: request }
      made.push(new WeakRef(dependency))
      dependencyGauges('shop', 'per-request', () => gauges(dependency.budget))
      countersOf('shop', 'per-request', 'stock')
    }
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      collect()
      expect(counted().dependencies.length).toBe(before + 1)
      expect(made.filter((dependency) => dependency.deref()).length).toBeLessThanOrEqual(1)
    })
  })
})
