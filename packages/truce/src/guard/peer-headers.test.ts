import { describe, expect, it } from 'vitest'
import {
  type Attempt,
  dependency,
  type DependencyOptions,
  type OperationOptions,
  OptionError,
  type RunOptions,
} from '../index.js'
import { peer } from '../peer/index.js'
import { virtualTime } from '../testing/index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const

function setUp(options: DependencyOptions = {}, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const guarded = dependency('inventory', {
    clock: time.clock,
    random: () => 0.5,
    service: 'order-api',
    peer,
    ...OFF,
    ...options,
  })
  const operation = guarded.operation('reserve', {
    effect: 'write',
    idempotency: 'natural',
    attemptTimeout: 400,
    deadline: 1_400,
    attempts: 3,
    backoff: { initial: 100, jitter: 'none' },
    ...call,
  })
  /** What each attempt of a call is given to send along; every one but the last fails. */
  const sent = async (attempts: number, options_: RunOptions = {}) => {
    const contexts: (ReturnType<typeof peer.readContext> & { remaining?: number })[] = []
    await time.run(
      operation.run((attempt: Attempt) => {
        const field = attempt.headers['retry-context']
        contexts.push({ ...peer.readContext(field ?? ''), remaining: attempt.remaining })
        if (attempt.attempt < attempts) throw DOWN
      }, options_),
    )
    return contexts
  }
  return { time, guarded, operation, sent }
}

describe('headers for a declared peer', () => {
  it('say which call and attempt it is, who calls, how urgent it is and for how long it waits', async () => {
    const contexts = await setUp().sent(3)
    const { call } = contexts[0] ?? {}
    expect(call).toMatch(/./)
    expect(contexts).toEqual(
      [1, 2, 3].map((attempt) => ({
        call,
        attempt,
        caller: 'order-api',
        urgency: 'interactive',
        deadline: 380,
        remaining: 380,
      })),
    )
  })

  it('the deadline is never longer than what is left, in whole ms', async () => {
    const { sent, time, operation } = setUp({}, { attemptTimeout: 333 })
    for (const { deadline, remaining } of await sent(2, { deadline: 200.7 })) {
      expect(Number.isInteger(deadline)).toBe(true)
      expect(deadline).toBeLessThanOrEqual(remaining as number)
    }
    const late = operation.run(async (attempt) => {
      await new Promise<void>((go) => time.clock.alarm(100, go))
      return [peer.readContext(attempt.headers['retry-context'] ?? '')?.deadline, attempt.remaining]
    })
    const [deadline, remaining] = (await time.run(late)) as [number, number]
    expect(deadline).toBe(Math.floor(remaining))
    expect(deadline).toBeLessThan(233)
  })

  it('no deadline where there is none', async () => {
    const [context] = await setUp({}, { attemptTimeout: 'none', deadline: 'none' }).sent(1)
    expect(context).not.toHaveProperty('deadline')
  })

  it('the key’s age grows from attempt to attempt, and is rounded up', async () => {
    const { sent } = setUp({}, { idempotency: { window: '1h' } })
    const contexts = await sent(3, { key: 'order_1', age: '5s' })
    expect(contexts.map(({ keyAge }) => keyAge)).toEqual([5_000, 5_100, 5_300])
    const [fraction] = await sent(1, { key: 'order_1', age: 5_000.4 })
    expect(fraction?.keyAge).toBe(5_001)
  })

  it('the key goes wherever there is one, its age only with one', async () => {
    const { operation, sent } = setUp()
    const headers = await operation.run((attempt) => attempt.headers, { key: 'order_1' })
    expect(headers['idempotency-key'], 'as the draft has it').toBe('"order_1"')
    expect((await sent(1))[0]).not.toHaveProperty('keyAge')
  })

  it('say background where nobody waits', async () => {
    expect((await setUp({}, { use: 'background' }).sent(1))[0]).toMatchObject({ urgency: 'background' })
    expect((await setUp().sent(1, { urgency: 'background' }))[0]).toMatchObject({ urgency: 'background' })
  })

  it('name the owner only where an outer layer declared one', async () => {
    expect((await setUp().sent(1))[0]).not.toHaveProperty('owner')
    expect((await setUp({}, { owner: 'order-api' }).sent(1))[0]).toMatchObject({ owner: 'order-api' })
    const two = { transient: 'order-api', business: 'gateway' }
    expect((await setUp({}, { owner: two }).sent(1))[0]).toMatchObject({ owner: 'order-api', businessOwner: 'gateway' })
  })

  it('of a hedge are its own: the attempt’s number, and its time', async () => {
    const { time, operation } = setUp({}, { hedge: { after: 200 } })
    const seen: unknown[] = []
    const hedged = operation.run((attempt) => {
      const context = peer.readContext(attempt.headers['retry-context'] ?? '')
      seen.push([context?.attempt, context?.deadline])
      return attempt.attempt === 2 ? 'ok' : new Promise<never>(() => {})
    })
    await time.run(hedged)
    expect(seen).toEqual([
      [1, 380],
      [2, 380],
    ])
  })

  it('are there in mode observe as well, with the key’s age', async () => {
    const { operation } = setUp({ mode: 'observe' })
    const headers = await operation.run((attempt) => attempt.headers, { key: 'order_1', age: 40 })
    expect(peer.readContext(headers['retry-context'] ?? '')).toMatchObject({ attempt: 1, keyAge: 40 })
  })
})

it('a stranger is told the key and nothing else', async () => {
  const { operation } = setUp({ peer: undefined as never })
  expect(await operation.run((attempt) => attempt.headers)).toEqual({})
  expect(await operation.run((attempt) => attempt.headers, { key: 'k' })).toEqual({ 'idempotency-key': 'k' })
})

describe('Retry-Pushback', () => {
  const answer =
    (pushback: string, status = 503) =>
    async () =>
      new Response(null, { status, headers: { 'retry-pushback': pushback } })

  it.each([
    ['do not repeat', 'retry=?0', {}, { stop: 'pushback', attempts: 1 }],
    ['exhausted below', 'reason=exhausted', {}, { stop: 'exhausted-below', attempts: 1 }],
    ['nothing was done: even a write goes again', 'applied=?0', { idempotency: {} }, { stop: 'attempts', attempts: 3 }],
    ['a slot in its queue', 'slot=340', { attempts: 2 }, { attempts: 2, waited: expect.closeTo(390, -2) as number }],
    ['a slot beyond the deadline', 'slot=5000', {}, { stop: 'deadline', attempts: 1 }],
    ['nothing that is understood', '=?=', {}, { stop: 'attempts', attempts: 3 }],
  ] as const)('of a peer is obeyed: %s', async (_, pushback, call, expected) => {
    const { time, operation } = setUp({}, call as object)
    expect(await time.run(operation.outcome(answer(pushback)))).toMatchObject(expected)
  })

  it.each(['retry=?0', 'reason=exhausted', 'slot=5000'])('of a stranger is not: %s', async (pushback) => {
    const { time, operation } = setUp({ peer: undefined as never })
    const outcome = await time.run(operation.outcome(answer(pushback)))
    expect(outcome).toMatchObject({ stop: 'attempts', attempts: 3 })
  })

  it('of a stranger does not make a write safe', async () => {
    const { time, operation } = setUp({ peer: undefined as never }, { idempotency: {} })
    expect(await time.run(operation.outcome(answer('applied=?0')))).toMatchObject({ stop: 'unsafe', attempts: 1 })
  })

  it('does not turn a success into a failure', async () => {
    const { operation } = setUp()
    expect(await operation.outcome(answer('retry=?0', 200))).toMatchObject({ ok: true })
  })

  it('is heard in every partition', async () => {
    const { time, operation } = setUp({ partition: 'host' })
    const outcome = await time.run(operation.outcome(answer('retry=?0'), { partition: 'a' }))
    expect(outcome).toMatchObject({ stop: 'pushback' })
  })
})

describe('the option', () => {
  it.each([true, {}, { write: 5 }, 'peer'])('%o is refused', (given) => {
    expect(() => setUp({ peer: given as never })).toThrow(OptionError)
  })

  it('a service whose name the fields cannot carry is refused at once: it would never be sent', () => {
    const caller = 'order\napi'
    expect(peer.carries(caller)).toBe(false)
    expect(() => setUp({ service: caller })).toThrow(expect.objectContaining({ option: 'service' }))
    expect(() => setUp({ service: caller, peer: undefined as never })).not.toThrow()
  })
})
