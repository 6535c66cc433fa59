import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { dependency, type DependencyOptions } from '../index.js'
import { virtualTime } from '../testing/index.js'

/** The application's own context: who is logged in, which tenant's rows may be read. */
const tenant = new AsyncLocalStorage<string>()

function setUp(options: DependencyOptions = {}) {
  const time = virtualTime()
  const limits = { budget: 'none', governor: 'none', breaker: 'none' } as const
  const guarded = dependency('tenants', { clock: time.clock, ...limits, ...options })
  const backoff = { initial: 20, jitter: 'none' } as const
  return { time, operation: guarded.operation('read', { effect: 'read', attempts: 3, attemptTimeout: 50, backoff }) }
}

describe('every attempt runs in the surroundings of its own call', () => {
  it('retries of calls that share one timer', async () => {
    const { time, operation } = setUp()
    const seen: Record<string, (string | undefined)[]> = { a: [], b: [], c: [] }
    const calls = Object.keys(seen).map((name) =>
      tenant.run(name, () =>
        operation.outcome(() => {
          seen[name]?.push(tenant.getStore())
          throw new Error('down')
        }),
      ),
    )
    await time.run(Promise.all(calls))
    expect(seen).toEqual({ a: ['a', 'a', 'a'], b: ['b', 'b', 'b'], c: ['c', 'c', 'c'] })
  })

  it('retries after a timeout', async () => {
    const { time, operation } = setUp()
    const seen: (string | undefined)[] = []
    const hang = () => {
      seen.push(tenant.getStore())
      return new Promise<never>(() => {})
    }
    await time.run(Promise.all(['a', 'b'].map((name) => tenant.run(name, () => operation.outcome(hang)))))
    expect(seen).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  })

  it('a call that got the slot of another', async () => {
    const { time, operation } = setUp({ concurrency: { limit: 1, queue: 9 } })
    const seen: (string | undefined)[] = []
    const calls = ['a', 'b', 'c'].map((name) =>
      tenant.run(name, () => operation.run(() => seen.push(tenant.getStore()))),
    )
    await time.run(Promise.all(calls))
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('with inheritance, the attempt above is its own, not that of the call that armed the timer', async () => {
    const time = virtualTime()
    const limits = { budget: 'none', governor: 'none', breaker: 'none', clock: time.clock } as const
    const outer = dependency('outer', { ...limits, inherit: true }).operation('call', { effect: 'read', deadline: 300 })
    const plain = dependency('plain', limits).operation('call', {
      effect: 'read',
      backoff: { initial: 20, jitter: 'none' },
    })
    const inner = dependency('inner', { ...limits, inherit: true }).operation('call', { effect: 'read' })
    // The outer call arms the wheel first; the plain one, outside of it, retries in that timer's turn.
    const first = outer.outcome(() => new Promise<never>(() => {}))
    let tries = 0
    const second = plain.outcome(() => {
      if (++tries === 1) throw new Error('once')
      return inner.outcome(() => new Promise((resolve) => time.clock.alarm(1_000, () => resolve('late'))))
    })
    const [, outcome] = await time.run(Promise.all([first, second]))
    expect(outcome).toMatchObject({ ok: true, value: { ok: true, value: 'late' } })
  })
})
