import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  BreakerOpenError,
  explain,
  type Failed,
  type OperationOptions,
  OverloadedError,
  type RunOptions,
} from '../index.js'
import { setUp } from '../../test/scenes/standing-in.js'
import { DOWN, fail, hang, OFF, records } from '../../test/scenes/recorded.js'

// A rejection that nobody handles fails the run: vitest listens.
afterEach(() => void vi.restoreAllMocks())

describe('a fallback', () => {
  it.each([
    ['a value', () => 0],
    ['a promise', async () => 0],
  ])('gives %s where retries end', async (_, fallback) => {
    const { time, operation, counters, expectEmpty } = setUp({ fallback })
    expect(await time.run(operation.run(fail))).toBe(0)
    expect(counters).toMatchObject({ attempts: 2, fallbackUsed: 1, cacheUsed: 0, retryExhausted: 1 })
    expectEmpty()
  })

  it('is told why, and explain() knows the error already', async () => {
    const seen: unknown[] = []
    const { time, operation } = setUp({ fallback: (failed: Failed) => seen.push(failed, explain(failed.error)) })
    await time.run(operation.run(fail))
    expect(seen).toEqual([
      { error: DOWN, stop: 'attempts', class: 'unavailable', attempts: 2 },
      expect.objectContaining({ stop: 'attempts', class: 'unavailable', attempts: 2, certainty: 'not-applied' }),
    ])
  })

  it('is given the failed answer where there was one', async () => {
    const { time, operation } = setUp({ fallback: ({ error }: Failed) => (error as Response).status })
    expect(await time.run(operation.run(async () => new Response(null, { status: 503 })))).toBe(503)
  })

  it('is said of in the outcome', async () => {
    const { time, operation } = setUp({ fallback: { value: () => 'about 5', quality: 'partial' } })
    expect(await time.run(operation.outcome(fail))).toMatchObject({
      ok: true,
      value: 'about 5',
      source: 'fallback',
      quality: 'partial',
      age: 0,
      stop: 'attempts',
      class: 'unavailable',
      attempts: 2,
      waited: 10,
    })
    expect(await time.run(operation.outcome(() => 'live'))).toMatchObject({
      ok: true,
      value: 'live',
      source: 'live',
      quality: undefined,
      age: 0,
      stop: 'ok',
    })
  })

  it('is made up unless it says otherwise', async () => {
    const { time, operation } = setUp({ fallback: () => 1 })
    expect(await time.run(operation.outcome(fail))).toMatchObject({ quality: 'approximate' })
  })

  it.each([
    ['throws', fail],
    ['throws what cannot be shown', async () => Promise.reject(Object.create(null) as Error)],
    ['rejects later', async () => Promise.reject(new Error('no idea either'))],
  ])('that %s leaves the dependency’s own failure, and one warning', async (_, fallback) => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    const { time, operation, counters, expectEmpty } = setUp({ fallback: fallback as () => never })
    await expect(time.run(operation.run(fail))).rejects.toBe(DOWN)
    expect(await time.run(operation.outcome(fail))).toMatchObject({
      ok: false,
      error: DOWN,
      source: 'live',
      stop: 'attempts',
    })
    expect(counters.fallbackUsed).toBe(0)
    expect(warned).toHaveBeenCalledOnce()
    expect(explain(DOWN)).toMatchObject({ stop: 'attempts', attempts: 2 })
    expectEmpty()
  })

  it('stands in for a refusal as well: nothing was sent', async () => {
    const breaker = { kind: 'consecutive', failures: 1 } as const
    const seen: Failed[] = []
    const call = { attempts: 1, fallback: (failed: Failed) => seen.push(failed) }
    const { time, operation } = setUp(call, { ...OFF, breaker, concurrency: { limit: 1, queue: 0 } })
    const first = operation.outcome(hang)
    await time.run(operation.outcome(() => 1))
    await time.run(first)
    await time.run(operation.outcome(() => 1))
    expect(seen.map(({ stop, class: verdict, attempts: made }) => [stop, verdict, made])).toEqual([
      ['concurrency', undefined, 0],
      ['attempts', 'timeout', 1],
      ['breaker', undefined, 0],
    ])
    expect(seen[0]?.error).toBeInstanceOf(OverloadedError)
    expect(seen[2]?.error).toBeInstanceOf(BreakerOpenError)
  })

  const heard: readonly (readonly [string, () => unknown, Partial<OperationOptions>, RunOptions])[] = [
    ['permanent', async () => new Response(null, { status: 404 }), {}, {}],
    ['aborted', hang, {}, { signal: AbortSignal.abort('left') }],
    ['not-owner', fail, { owner: 'somebody-else' }, {}],
  ]
  it.each(heard)('does not cover up %s: others have to hear it', async (stop, fn, call, options) => {
    const fallback = vi.fn<() => number>(() => 0)
    const { time, operation } = setUp<number>({ ...(call as object), fallback })
    expect(await time.run(operation.outcome(fn, options))).toMatchObject({ ok: false, stop, source: 'live' })
    expect(fallback).not.toHaveBeenCalled()
  })

  it('a caller that leaves during an attempt gets its reason', async () => {
    const fallback = vi.fn<() => number>(() => 0)
    const { operation } = setUp({ fallback })
    const controller = new AbortController()
    const running = operation.run(hang, { signal: controller.signal })
    controller.abort('left')
    await expect(running).rejects.toBe('left')
    expect(fallback).not.toHaveBeenCalled()
  })
})

describe('the caller leaves while the fallback is under way', () => {
  it('gets its reason at once; the late value goes nowhere, and every attempt is told of', async () => {
    let settle: (value: number) => void = () => {}
    const fallback = () => new Promise<number>((resolve) => (settle = resolve))
    const { time, operation, counters, expectEmpty } = setUp({ fallback })
    const controller = new AbortController()
    const running = operation.outcome(fail, { signal: controller.signal })
    await time.advance(50)
    const reason = new Error('left')
    controller.abort(reason)
    expect(await running).toMatchObject({ ok: false, error: reason, stop: 'aborted', source: 'live', attempts: 2 })
    expect(explain(reason)).toMatchObject({ stop: 'aborted', attempts: 2 })
    settle(5)
    await time.settle()
    expect(counters.fallbackUsed, 'nobody got it').toBe(0)
    expect(records.map(({ attempt, cause, stop }) => [attempt, cause, stop])).toEqual([
      [1, 'original', undefined],
      [2, 'retry', undefined],
      [2, 'end', 'aborted'],
    ])
    expectEmpty()
  })

  it('run() rejects with the reason, and a fallback that fails later is nobody’s unhandled rejection', async () => {
    let reject: (reason: unknown) => void = () => {}
    const fallback = () => new Promise<number>((_, no) => (reject = no))
    const { time, operation } = setUp({ fallback })
    const controller = new AbortController()
    const running = operation.run(() => new Response(null, { status: 503 }), { signal: controller.signal })
    await time.advance(50)
    controller.abort('left')
    await expect(running).rejects.toBe('left')
    vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    reject(new Error('too late'))
    await time.settle()
  })

  it('from inside the fallback, before it returns: the call still ends', async () => {
    const controller = new AbortController()
    const fallback = () => {
      controller.abort('inside')
      return hang()
    }
    const { time, operation, expectEmpty } = setUp({ fallback })
    const running = operation.outcome(fail, { signal: controller.signal })
    expect(await time.run(running)).toMatchObject({ ok: false, stop: 'aborted', error: 'inside' })
    expectEmpty()
  })

  it('by a listener of the attempt that was cut', async () => {
    const controller = new AbortController()
    const fallback = vi.fn<() => Promise<never>>(hang)
    const { time, operation, expectEmpty } = setUp({ fallback, attempts: 2, hedge: { after: 10 } })
    const running = operation.outcome(
      ({ attempt, signal }) => {
        if (attempt === 2) return new Promise((_, no) => time.clock.alarm(200, () => no(DOWN)))
        signal.addEventListener('abort', () => controller.abort('left'))
        return hang()
      },
      { signal: controller.signal },
    )
    expect(await time.run(running)).toMatchObject({ ok: false, stop: 'aborted', error: 'left' })
    expectEmpty()
  })
})

describe('the last record', () => {
  it.each([
    ['fallback', { fallback: () => 0 }],
    ['cache', { exhausted: { cached: { maxAge: 60_000, key: ['id'] } } }],
  ] as const)('alone says that the answer came from %s', async (source, call) => {
    const { time, operation } = setUp<number>(call)
    const options = source === 'cache' ? { cacheKey: { id: 1 } } : {}
    await time.run(operation.run(() => 1, options))
    await time.run(operation.run(fail, options))
    const told = records.map(({ attempt, outcome, stop, source: from }) => [attempt, outcome, stop, from])
    expect(told).toEqual([
      [1, 'ok', 'ok', 'live'],
      [1, 'unavailable', undefined, undefined],
      [2, 'unavailable', 'attempts', source],
    ])
  })

  it('says so too where nothing was sent', async () => {
    const { time, operation, guarded } = setUp({ fallback: () => 0 }, { ...OFF, breaker: { kind: 'consecutive' } })
    guarded.breaker.isolate({ who: 'ada', why: 'drill' })
    records.length = 0
    expect(await time.run(operation.run(() => 1))).toBe(0)
    expect(records).toMatchObject([{ attempt: 0, outcome: 'refused', stop: 'breaker', source: 'fallback' }])
  })
})

describe('what cannot be', () => {
  const refused: readonly (readonly [string, Partial<OperationOptions<unknown>>])[] = [
    ['fallback', { exhausted: 'fallback' }],
    ['exhausted', { exhausted: 'fail', fallback: () => 1 }],
    ['fallback', { effect: 'write', fallback: () => 1 }],
    ['fallback', { effect: 'write', exhausted: 'fallback', fallback: () => 1 }],
    ['exhausted', { effect: 'write', exhausted: { cached: { maxAge: 1, key: ['id'] } } }],
    ['exhausted.cached.maxAge', { exhausted: { cached: { key: ['id'] } } as never }],
    ['exhausted.cached.key', { exhausted: { cached: { maxAge: 1, key: [] } } }],
    ['exhausted.cached.key', { exhausted: { cached: { maxAge: 1, key: 'id' } } as never }],
    ['exhausted.cached.max', { exhausted: { cached: { maxAge: 1, key: ['id'], max: 0 } } }],
    ['exhausted.cahced', { exhausted: { cahced: {} } as never }],
    ['exhausted', { exhausted: 'pending' as never }],
    ['fallback.value', { fallback: { quality: 'stale' } as never }],
    ['fallback.quality', { fallback: { value: () => 1, quality: 'fine' as never } }],
    ['degradeWhen', { degradeWhen: { budget: 1 } }],
    ['degradeWhen.governor', { fallback: () => 1, degradeWhen: { governor: 3 } }],
  ]
  it.each(refused)('is refused at construction: %s', (option, call) => {
    expect(() => setUp(call)).toThrow(expect.objectContaining({ code: 'TRUCE_OPTION', option }))
  })

  it('a write of low risk may have one', async () => {
    const { time, operation } = setUp({ effect: 'write', risk: 'low', fallback: () => 'later' })
    expect(await time.run(operation.run(fail))).toBe('later')
  })
})

it('in mode observe nothing stands in, and nothing is kept', async () => {
  const fallback = vi.fn<() => number>(() => 0)
  const { time, operation } = setUp({
    fallback,
    mode: 'observe',
    exhausted: { cached: { maxAge: 60_000, key: ['id'] } },
  })
  await operation.run(() => 5, { cacheKey: { id: 1 } })
  await expect(time.run(operation.run(fail, { cacheKey: { id: 1 } }))).rejects.toBe(DOWN)
  expect(fallback).not.toHaveBeenCalled()
})
