import { describe, expect, it, vi } from 'vitest'
import { dependency, type DependencyOptions, type OperationOptions } from '../index.js'
import { scriptedDependency, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

function setUp(options: DependencyOptions, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const guarded = dependency('bulkhead', {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: 'none',
    ...options,
  })
  const operation = guarded.operation('call', { effect: 'read', attempts: 1, ...call })
  return { time, guarded, operation }
}

describe('bulkhead', () => {
  it('lets so many in, so many wait in order, and refuses the rest at once', async () => {
    const { time, operation, guarded } = setUp({ concurrency: { limit: 2, queue: 3 } })
    const order: number[] = []
    const script = scriptedDependency([{ after: 10 }], { clock: time.clock })
    const all = Array.from({ length: 7 }, (_, n) =>
      operation.outcome((attempt) => {
        order.push(n)
        return script.attempt(attempt)
      }),
    )
    expect(guarded.state()).toMatchObject({ inFlight: 2, waiting: 3, concurrencyLimit: 2 })
    const outcomes = await time.run(Promise.all(all))
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(outcomes.map(({ stop }) => stop)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'concurrency', 'concurrency'])
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('a call in backoff holds no slot', async () => {
    const { time, operation } = setUp({ concurrency: { limit: 1, queue: 0 } }, { attempts: 2 })
    const first = operation.outcome(scriptedDependency([{ error: DOWN }, 'ok']).attempt)
    await time.settle()
    expect(await operation.run(() => 'meanwhile')).toBe('meanwhile')
    expect(await time.run(first)).toMatchObject({ ok: true, attempts: 2 })
  })

  it('gives the slot of an attempt that timed out to the next, though the function still runs', async () => {
    const { time, operation } = setUp({ concurrency: 1 }, { attemptTimeout: 20 })
    const hanging = operation.outcome(() => new Promise(() => {}))
    const next = operation.run(() => time.now())
    expect(await time.run(next)).toBe(20)
    await hanging
  })

  it('10,000 in the queue whose functions throw at once do not overflow the stack', async () => {
    const { time, operation, guarded } = setUp({ concurrency: { limit: 1, queue: 10_000 } })
    const thrower = vi.fn<() => unknown>(() => {
      throw DOWN
    })
    const all = Array.from({ length: 10_001 }, () => operation.outcome(thrower))
    for (const outcome of await time.run(Promise.all(all)))
      expect(outcome).toMatchObject({ stop: 'attempts', error: DOWN })
    expect(thrower).toHaveBeenCalledTimes(10_001)
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('10,000 in the queue when the breaker opens are refused, without a stack each', async () => {
    const breaker = { kind: 'consecutive', failures: 1 } as const
    const { time, operation, guarded } = setUp({ breaker, concurrency: { limit: 1, queue: 10_000 } })
    const script = scriptedDependency([{ error: DOWN, after: 5 }], { clock: time.clock })
    const all = Array.from({ length: 10_001 }, () => operation.outcome(script.attempt))
    const outcomes = await time.run(Promise.all(all))
    expect(script.calls).toHaveLength(1)
    for (const outcome of outcomes.slice(1)) expect(outcome).toMatchObject({ stop: 'breaker', attempts: 0 })
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(wheelOf(time.clock).size).toBe(0)
  })

  it('a queue whose deadlines have all passed while the process was busy is emptied', async () => {
    const { time, operation, guarded } = setUp({ concurrency: { limit: 1, queue: 100 } }, { deadline: 50 })
    const fn = vi.fn<() => unknown>(() => 1)
    const first = operation.outcome(() => new Promise(() => {}))
    const all = Array.from({ length: 100 }, () => operation.outcome(fn))
    const outcomes = await time.run(Promise.all(all))
    await first
    for (const { stop } of outcomes) expect(['deadline', 'ok']).toContain(stop)
    expect(fn).not.toHaveBeenCalled()
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('a function that calls its own dependency again is served or refused, never lost', async () => {
    const { time, operation, guarded } = setUp({ concurrency: { limit: 1, queue: 1 } }, { deadline: 100 })
    const outcome = operation.outcome(() => operation.run(() => 'inner'))
    expect((await time.run(outcome)).stop).toBe('attempts')
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })
})
