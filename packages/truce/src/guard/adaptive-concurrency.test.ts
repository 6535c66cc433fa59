import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, OptionError } from '../index.js'
import { type Step, scriptedDependency, seeded, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

function setUp(concurrency: DependencyOptions['concurrency'], more: DependencyOptions = {}) {
  const time = virtualTime()
  const guarded = dependency('adaptive-concurrency', {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: 'none',
    concurrency: concurrency as never,
    ...more,
  })
  const operation = guarded.operation('call', { effect: 'read', attempts: 1, attemptTimeout: '10s', deadline: '1m' })
  /** So many callers, one call after the other each, until `until`. */
  const load = async (callers: number, until: number, took: () => number) => {
    const call = async () => {
      while (time.now() < until)
        await operation.outcome(() => new Promise<void>((done) => time.clock.alarm(took(), done)))
    }
    await time.run(Promise.all(Array.from({ length: callers }, call)))
  }
  const limit = () => guarded.state().concurrencyLimit ?? 0
  return { time, guarded, operation, load, limit }
}
const jittered = (ms: number, seed = 1) => {
  const random = seeded(seed)
  return () => ms * (0.8 + 0.4 * random())
}

describe('a learned concurrency limit', () => {
  it('begins at 20, or where it is told to', () => {
    expect(setUp('adaptive').limit()).toBe(20)
    expect(setUp({ limit: 'adaptive' }).limit()).toBe(20)
    expect(setUp({ limit: 'adaptive', max: 5 }).limit()).toBe(5)
    expect(setUp({ limit: 'adaptive', min: 30 }).limit()).toBe(30)
    expect(setUp({ limit: 'adaptive', initial: 7 }).limit()).toBe(7)
  })

  it('grows under load while answers stay fast, up to `max`', async () => {
    const { load, limit } = setUp({ limit: 'adaptive', initial: 10, max: 60, queue: 200 })
    await load(100, 20_000, jittered(50))
    expect(limit()).toBe(60)
  })

  it('does not grow where nobody asks for more', async () => {
    const { load, limit } = setUp({ limit: 'adaptive', initial: 20 })
    await load(5, 20_000, jittered(50))
    expect(limit()).toBe(20)
  })

  it('shrinks when answers become slow, never below `min`, and grows back', async () => {
    const { load, limit, guarded } = setUp({ limit: 'adaptive', initial: 40, min: 5, max: 40, queue: 200 })
    let slow = 1
    const took = jittered(50)
    // Beyond ten at once its queue takes the time.
    const queueing = () => took() * slow * Math.max(1, guarded.state().inFlight / (slow > 1 ? 4 : 40))
    await load(60, 5_000, queueing)
    expect(limit()).toBe(40)
    slow = 3
    await load(60, 60_000, queueing)
    const shrunk = limit()
    expect(shrunk).toBeLessThan(25)
    expect(shrunk).toBeGreaterThanOrEqual(5)
    slow = 1
    await load(60, 120_000, queueing)
    expect(limit()).toBeGreaterThan(shrunk)
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('shrinks on timeouts', async () => {
    const { time, guarded, limit } = setUp({ limit: 'adaptive', initial: 40, queue: 100 })
    const hasty = guarded.operation('hasty', { effect: 'read', attempts: 1, attemptTimeout: 100 })
    const hang = () => new Promise(() => {})
    for (let n = 0; n < 10; n++) await time.run(Promise.all(Array.from({ length: 40 }, () => hasty.outcome(hang))))
    expect(limit()).toBeLessThan(20)
  })

  it('waiters are admitted when it grows, without waiting for a slot', async () => {
    const { time, guarded, operation, limit } = setUp({ limit: 'adaptive', initial: 30, queue: 100 })
    const gates: (() => void)[] = []
    const gated = () => new Promise<void>((open) => gates.push(open))
    const calls = Array.from({ length: 100 }, () => operation.outcome(gated))
    expect(guarded.state()).toMatchObject({ inFlight: 30, waiting: 70 })
    await time.advance(10)
    // A round of thirty quick answers: each hands its slot on, the last one finds the limit grown.
    for (const open of gates.splice(0, 30)) open()
    await time.settle()
    expect(limit()).toBeGreaterThan(30)
    expect(guarded.state().inFlight).toBe(limit())
    while (gates.length > 0) {
      for (const open of gates.splice(0)) open()
      await time.settle()
    }
    for (const end of await Promise.all(calls)) expect(end.ok).toBe(true)
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('beyond limit and queue refuses at once', async () => {
    const { time, operation } = setUp({ limit: 'adaptive', initial: 2, queue: 1 })
    const script = scriptedDependency([{ after: 10 }], { clock: time.clock })
    const ends = await time.run(Promise.all([1, 2, 3, 4].map(() => operation.outcome(script.attempt))))
    expect(ends.map(({ stop }) => stop)).toEqual(['ok', 'ok', 'ok', 'concurrency'])
  })

  it('is not learned in mode observe', async () => {
    const { time, operation, limit } = setUp({ limit: 'adaptive', initial: 3, queue: 0 }, { mode: 'observe' })
    const script = scriptedDependency([{ after: 10 }], { clock: time.clock })
    await time.run(Promise.all(Array.from({ length: 200 }, () => operation.run(script.attempt))))
    expect(limit()).toBe(3)
  })

  it.each([
    ['adaptve', 'concurrency'],
    [{ limit: 'adaptive', min: 0 }, 'concurrency.min'],
    [{ limit: 'adaptive', min: 5, max: 4 }, 'concurrency.max'],
    [{ limit: 'adaptive', min: 5, initial: 4 }, 'concurrency.initial'],
    [{ limit: 'adaptive', queue: -1 }, 'concurrency.queue'],
    [{ limit: 'adaptive', maximum: 5 }, 'concurrency.maximum'],
    [{ limit: 5, min: 1 }, 'concurrency.min'],
  ])('%o is refused', (given, option) => {
    expect(() => setUp(given as never)).toThrow(expect.objectContaining({ option }))
    expect(() => setUp(given as never)).toThrow(OptionError)
  })
})

it('whatever happens, no slot is lost, and none is given twice', async () => {
  const ms = fc.integer({ min: 0, max: 300 })
  const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  const step = fc.oneof(
    fc.constantFrom<Step>('ok', 'hang', { status: 429 }, { error: DOWN }),
    ms.map((after): Step => ({ after })),
  )
  const call = fc.record({
    at: ms,
    step,
    leaves: fc.option(ms, { nil: undefined }),
    deadline: fc.integer({ min: 1, max: 500 }),
  })
  const bounds = fc.record({ min: fc.integer({ min: 1, max: 3 }), initial: fc.integer({ min: 3, max: 30 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 30, maxLength: 120, size: 'max' }),
      bounds,
      async (calls, { min, initial }) => {
        const { time, guarded, limit } = setUp({ limit: 'adaptive', min, initial, max: 40, queue: 20 })
        const operation = guarded.operation('x', { effect: 'read', attempts: 2, attemptTimeout: 100 })
        let most = 0
        const ends = calls.map(async ({ at, step: only, leaves, deadline }) => {
          await new Promise<void>((go) => time.clock.alarm(at, go))
          const controller = new AbortController()
          if (leaves !== undefined) time.clock.alarm(leaves, () => controller.abort())
          const script = scriptedDependency<Step>([only], { clock: time.clock })
          const fn = (attempt: Attempt) => {
            most = Math.max(most, guarded.state().inFlight)
            return script.attempt(attempt)
          }
          return operation.outcome<unknown>(fn, { signal: controller.signal, deadline })
        })
        await time.run(Promise.all(ends))
        await time.runAll()
        expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
        expect(most).toBeLessThanOrEqual(40)
        expect(wheelOf(time.clock).size).toBe(0)
        // All of the limit can be used, and not one more.
        let inside = 0
        const full = Array.from({ length: limit() + 5 }, () =>
          operation.outcome(() => (inside++, new Promise(() => {}))),
        )
        expect(inside).toBe(limit())
        await time.run(Promise.all(full))
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)
