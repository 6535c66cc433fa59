import { describe, expect, it, vi } from 'vitest'
import { dependency, type DependencyOptions, type OperationOptions } from '../index.js'
import { virtualTime } from '../testing/index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const
const hang = () => new Promise<never>(() => {})
const fail = () => {
  throw DOWN
}

function setUp(call: Partial<OperationOptions<string>>, options: DependencyOptions = OFF) {
  const time = virtualTime()
  const guarded = dependency('degrade', { clock: time.clock, random: () => 0.5, ...options })
  const fallback = vi.fn<() => string>(() => 'yesterday’s')
  const operation = guarded.operation<string>('price', {
    effect: 'read',
    attempts: 4,
    attemptTimeout: 100,
    deadline: 1_000,
    backoff: { initial: 10, jitter: 'none' },
    fallback,
    ...call,
  })
  /** Without a fallback, to bring the dependency into trouble. */
  const other = guarded.operation('other', { effect: 'read', attempts: 1, attemptTimeout: 100 })
  return { time, guarded, operation, other, fallback }
}

describe('the fallback is chosen before retries are spent', () => {
  it('where little is left of the deadline: not at 300 ms, but below', async () => {
    const { time, operation } = setUp({ degradeWhen: { remaining: '300ms' } })
    const took = (ms: number) => () => new Promise<never>((_, no) => time.clock.alarm(ms, () => no(DOWN)))
    const at = (deadline: number) => time.run(operation.outcome(took(50), { deadline }))
    expect(await at(350)).toMatchObject({ source: 'fallback', stop: 'deadline', attempts: 2 })
    expect(await at(349)).toMatchObject({ source: 'fallback', stop: 'deadline', attempts: 1 })
  })

  it('where the breaker is anything but closed', async () => {
    const breaker = { kind: 'count', size: 10, minimumCalls: 4, failureRate: 0.1, openRate: 1 } as const
    const { time, guarded, operation, other } = setUp({ degradeWhen: { breaker: 'shedding' } }, { ...OFF, breaker })
    for (let n = 0; n < 4; n++) await time.run(other.outcome(() => 'fine'))
    await time.run(other.outcome(fail))
    expect(guarded.state().breakerState).toBe('shedding')
    expect(await time.run(operation.outcome(fail))).toMatchObject({ source: 'fallback', stop: 'breaker', attempts: 1 })
  })

  it('where the governor’s level is below the one given', async () => {
    const { time, guarded, operation, other } = setUp(
      { degradeWhen: { governor: 1.5 } },
      { budget: 'none', breaker: 'none' },
    )
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 4 })
    for (let n = 0; n < 3; n++) await time.run(other.outcome(hang))
    expect(guarded.state().governorLevel).toBeCloseTo(1.25)
    expect(await time.run(operation.outcome(fail))).toMatchObject({
      source: 'fallback',
      stop: 'throttled',
      attempts: 1,
    })
  })

  it('where fewer retries can be paid, and what is left is left to others', async () => {
    const { time, guarded, operation } = setUp({ degradeWhen: { budget: 3 } }, { governor: 'none', breaker: 'none' })
    expect(guarded.state().budgetRemaining).toBe(3)
    expect(await time.run(operation.outcome(fail))).toMatchObject({ source: 'fallback', stop: 'budget', attempts: 2 })
    expect(guarded.state().budgetRemaining).toBe(2)
    expect(await time.run(operation.outcome(fail))).toMatchObject({ source: 'fallback', stop: 'budget', attempts: 1 })
    expect(guarded.state().budgetRemaining).toBe(2)
  })

  it('with what is cached too', async () => {
    const exhausted = { cached: { maxAge: '1m', key: ['id'] } } as const
    const { time, operation } = setUp({ exhausted, degradeWhen: { remaining: '1m' } })
    await time.run(operation.run(() => 'today’s', { cacheKey: { id: 1 } }))
    const outcome = await time.run(operation.outcome<string>(fail, { cacheKey: { id: 1 } }))
    expect(outcome).toMatchObject({ value: 'today’s', source: 'cache', attempts: 1 })
  })

  it('instead of a background call’s wait', async () => {
    const { time, operation } = setUp({ use: 'background', degradeWhen: { remaining: '1m' } })
    expect(await time.run(operation.outcome(fail))).toMatchObject({ source: 'fallback', waited: 0, attempts: 1 })
  })

  it('or never where nothing is the matter', async () => {
    const degradeWhen = { governor: 0.5, breaker: 'shedding', remaining: 1 } as const
    const { time, operation } = setUp({ degradeWhen }, {})
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 4 })
  })

  it('or not early any more once all attempts are made: then that is the reason', async () => {
    const { time, operation } = setUp({ degradeWhen: { budget: 1 } }, { governor: 'none', breaker: 'none' })
    expect(await time.run(operation.outcome(fail))).toMatchObject({ source: 'fallback', stop: 'attempts', attempts: 4 })
  })

  it('or never where the part is switched off', async () => {
    const { time, operation } = setUp({ degradeWhen: { budget: 99, governor: 2, breaker: 'shedding' } })
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 4 })
  })
})

describe('it is not chosen', () => {
  const always = { degradeWhen: { remaining: '1h' } } as const

  it.each([
    ['a permanent failure', async () => new Response(null, { status: 404 }), {}, 'permanent'],
    ['a class that is not to be retried', fail, { retryOn: ['timeout'] }, 'permanent'],
    ['a failure of which another layer owns the retries', fail, { owner: 'somebody-else' }, 'not-owner'],
    [
      'a conflict, where another layer owns the business',
      async () => new Response(null, { status: 423 }),
      { owner: { transient: 'degrade', business: 'order-api' } },
      'not-owner',
    ],
  ] as const)('for %s: it has to be heard', async (_, fn, call, stop) => {
    const { time, operation, fallback } = setUp({ ...always, ...(call as object) })
    expect(await time.run(operation.outcome<unknown>(fn))).toMatchObject({ ok: false, stop, attempts: 1 })
    expect(fallback).not.toHaveBeenCalled()
  })

  it('for a caller that left', async () => {
    const { time, operation, fallback } = setUp(always)
    const controller = new AbortController()
    const outcome = operation.outcome(() => (controller.abort('left'), fail()), { signal: controller.signal })
    expect(await time.run(outcome)).toMatchObject({ stop: 'aborted', error: 'left' })
    expect(fallback).not.toHaveBeenCalled()
  })

  it('where the owner of the business sees a conflict, it is', async () => {
    const owner = { transient: 'somebody-else', business: 'degrade' }
    const { time, operation } = setUp({ ...always, owner })
    const busy = async () => new Response(null, { status: 423 })
    expect(await time.run(operation.outcome<unknown>(busy))).toMatchObject({ source: 'fallback', attempts: 1 })
  })
})
