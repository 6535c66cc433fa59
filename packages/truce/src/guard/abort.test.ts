import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { dependency, type DependencyOptions, type OperationOptions } from '../index.js'
import { attempts } from '../telemetry/events.js'
import { countersOf } from '../telemetry/counters.js'
import { virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const hang = () => new Promise<never>(() => {})
const fail = () => {
  throw DOWN
}
let serial = 0

function setUp(options: DependencyOptions = {}, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const name = `abort-${serial++}`
  const guarded = dependency(name, {
    clock: time.clock,
    random: () => 0.5,
    governor: 'none',
    breaker: 'none',
    ...options,
  })
  const operation = guarded.operation('call', {
    effect: 'read',
    attempts: 3,
    backoff: { initial: 100, jitter: 'none' },
    ...call,
  })
  const counters = countersOf('', name, 'call', 'read')
  const controller = new AbortController()
  /** Nothing is held any more, and the next call works. */
  const expectAllGivenBack = async () => {
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(counters.inFlight).toBe(0)
    expect(wheelOf(time.clock).size).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    expect(await operation.run(() => 'works')).toBe('works')
  }
  return { time, guarded, operation, counters, controller, signal: controller.signal, expectAllGivenBack }
}

const subscriptions: (() => void)[] = []
afterEach(() => {
  for (const off of subscriptions.splice(0)) off()
})

describe('abort', () => {
  it.each([
    ['an error', new Error('left')],
    ['a string', 'left'],
    ['null', null],
    ['a number', 0],
    ['undefined', undefined],
  ])('rejects with the signal’s reason, identical: %s', async (_, reason) => {
    const { operation, controller, signal, expectAllGivenBack } = setUp()
    const running = operation.run(hang, { signal })
    controller.abort(reason)
    const caught = await running.catch((error: unknown) => ({ error }))
    expect((caught as { error: unknown }).error).toBe(signal.reason)
    await expectAllGivenBack()
  })

  it('before: the function is not called', async () => {
    const { operation, expectAllGivenBack } = setUp({ concurrency: 1 })
    const fn = vi.fn<() => unknown>()
    await expect(operation.run(fn, { signal: AbortSignal.abort('left') })).rejects.toBe('left')
    expect(fn).not.toHaveBeenCalled()
    await expectAllGivenBack()
  })

  it('during an attempt that obeys the signal: one attempt, its late rejection is heard', async () => {
    const { operation, controller, signal, counters, expectAllGivenBack } = setUp({ concurrency: 1 })
    const obeys = vi.fn<(attempt: { signal: AbortSignal }) => Promise<unknown>>(
      ({ signal: own }) => new Promise((_, reject) => own.addEventListener('abort', () => reject(new Error('mine')))),
    )
    const running = operation.run(obeys, { signal })
    controller.abort('left')
    await expect(running).rejects.toBe('left')
    expect(obeys).toHaveBeenCalledOnce()
    expect(counters.attempts).toBe(1)
    await expectAllGivenBack()
  })

  it('a signal that is read only after the abort is aborted, with the reason', async () => {
    const { operation, controller, signal } = setUp()
    let seen: AbortSignal | undefined
    const running = operation.run(
      async (attempt) => {
        await Promise.resolve()
        controller.abort('left')
        seen = attempt.signal
      },
      { signal },
    )
    await expect(running).rejects.toBe('left')
    expect(seen).toMatchObject({ aborted: true, reason: 'left' })
  })

  it('in the function itself, before it returns', async () => {
    const { operation, controller, signal, expectAllGivenBack } = setUp({ concurrency: 1 })
    const running = operation.run(() => (controller.abort('left'), 'value'), { signal })
    await expect(running).rejects.toBe('left')
    await expectAllGivenBack()
  })

  it('during backoff: no further attempt, and the budget has its payment back', async () => {
    const { operation, time, controller, signal, guarded, counters, expectAllGivenBack } = setUp()
    const running = operation.outcome(fail, { signal })
    await time.advance(50)
    expect(guarded.state().budgetRemaining).toBe(1)
    controller.abort('left')
    expect(await running).toMatchObject({ stop: 'aborted', error: 'left', attempts: 1, class: 'unavailable' })
    expect(guarded.state().budgetRemaining).toBe(2)
    await time.advance(10_000)
    expect(counters.attempts).toBe(1)
    await expectAllGivenBack()
  })

  it('in the bulkhead’s queue: never called, and who is behind moves up', async () => {
    const { operation, time, controller, signal, expectAllGivenBack } = setUp({ concurrency: { limit: 1, queue: 5 } })
    const holder = new AbortController()
    const first = operation.outcome(hang, { signal: holder.signal })
    const fn = vi.fn<() => unknown>()
    const queued = operation.run(fn, { signal })
    const behind = operation.run(() => 'mine')
    controller.abort('left')
    await expect(queued).rejects.toBe('left')
    holder.abort()
    expect(await time.run(behind)).toBe('mine')
    await first
    expect(fn).not.toHaveBeenCalled()
    await expectAllGivenBack()
  })

  it('of calls that share a signal: a slot given up does not start one that is about to be told', async () => {
    const { operation, controller, signal, expectAllGivenBack } = setUp({ concurrency: { limit: 1, queue: 50 } })
    const fn = vi.fn<() => unknown>(hang)
    const all = Array.from({ length: 20 }, () => operation.outcome(fn, { signal }))
    controller.abort('left')
    for (const outcome of await Promise.all(all)) expect(outcome).toMatchObject({ stop: 'aborted', error: 'left' })
    expect(fn).toHaveBeenCalledOnce()
    await expectAllGivenBack()
  })

  it('of an attempt above: the same', async () => {
    const { operation, time, expectAllGivenBack } = setUp({ concurrency: { limit: 1, queue: 50 } })
    const fn = vi.fn<() => unknown>(hang)
    const outer = setUp({}, { attempts: 1 })
    const above = outer.operation.outcome(
      (context) => Promise.all(Array.from({ length: 9 }, () => operation.run(fn, { context }))),
      {
        signal: outer.signal,
      },
    )
    outer.controller.abort('left')
    expect(await above).toMatchObject({ stop: 'aborted' })
    await time.settle()
    expect(fn).toHaveBeenCalledOnce()
    await expectAllGivenBack()
  })

  it('of a probe: its place is another’s', async () => {
    const { operation, time, controller, signal, guarded } = setUp({
      breaker: { kind: 'consecutive', failures: 1, probes: 1 },
    })
    await operation.outcome(fail)
    await time.advance(1_000)
    const probe = operation.outcome(hang, { signal })
    expect(await operation.outcome(() => 1)).toMatchObject({ stop: 'breaker', attempts: 0 })
    controller.abort('left')
    await probe
    expect(await operation.run(() => 'next probe')).toBe('next probe')
    expect(guarded.state().breakerState).toBe('closed')
  })

  it('1,000 calls put one listener on a signal', async () => {
    const { operation, signal, controller, expectAllGivenBack } = setUp()
    const all = Array.from({ length: 1_000 }, () => operation.outcome(hang, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort()
    await Promise.all(all)
    await expectAllGivenBack()
  })
})

describe('abort from code that runs while the guard works', () => {
  it('a listener of the attempt’s signal that aborts the call when the attempt times out', async () => {
    const { operation, time, controller, signal, counters, expectAllGivenBack } = setUp(
      { concurrency: 1 },
      { attemptTimeout: 20 },
    )
    const outcome = operation.outcome(
      (attempt) => {
        attempt.signal.addEventListener('abort', () => controller.abort('left'))
        return hang()
      },
      { signal },
    )
    expect(await time.run(outcome)).toMatchObject({ stop: 'aborted', error: 'left', attempts: 1 })
    expect(counters.attempts).toBe(1)
    await expectAllGivenBack()
  })

  it('a listener of attempt records that aborts after a failure: no further attempt', async () => {
    const { operation, time, controller, signal, guarded, counters, expectAllGivenBack } = setUp({ concurrency: 1 })
    subscriptions.push(attempts.on(() => controller.abort('left')))
    expect(await time.run(operation.outcome(fail, { signal }))).toMatchObject({
      stop: 'aborted',
      error: 'left',
      attempts: 1,
    })
    await time.advance(10_000)
    expect(counters.attempts).toBe(1)
    expect(guarded.state().budgetRemaining).toBe(2)
    await expectAllGivenBack()
  })

  it('the next call’s function, started by this one’s slot: an answer that is there counts', async () => {
    const { operation, time, controller, signal, counters, expectAllGivenBack } = setUp({
      concurrency: { limit: 1, queue: 5 },
    })
    const first = operation.outcome(() => 'answer', { signal })
    const second = operation.outcome(() => controller.abort('left'))
    expect(await time.run(first)).toMatchObject({ ok: true, value: 'answer' })
    await second
    expect(counters.calls).toBe(2)
    await expectAllGivenBack()
  })

  it('a classifier', async () => {
    const controller = new AbortController()
    const classify = () => (controller.abort('left'), undefined)
    const { operation, time, counters, expectAllGivenBack } = setUp({ concurrency: 1, classify })
    const outcome = operation.outcome(fail, { signal: controller.signal })
    expect(await time.run(outcome)).toMatchObject({ stop: 'aborted', error: 'left', attempts: 1 })
    expect(counters).toMatchObject({ attempts: 1, inFlight: 0 })
    await expectAllGivenBack()
  })

  it('an abort listener that aborts what is above: each ends once', async () => {
    const outer = setUp()
    const inner = setUp({ concurrency: 1 })
    const above = outer.operation.outcome(
      (context) =>
        inner.operation.run(
          (attempt) => {
            attempt.signal.addEventListener('abort', () => outer.controller.abort('both'))
            return hang()
          },
          { context, signal: inner.signal },
        ),
      { signal: outer.signal },
    )
    inner.controller.abort('left')
    expect(await above).toMatchObject({ stop: 'aborted', error: 'both' })
    await outer.expectAllGivenBack()
    await inner.expectAllGivenBack()
  })
})
