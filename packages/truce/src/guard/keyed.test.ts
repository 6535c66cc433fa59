/** Keys of a call: made, dated, in the form that the API wants, and for how long they may be repeated. */
import { describe, expect, expectTypeOf, it, test } from 'vitest'
import {
  type Attempt,
  dependency,
  type DependencyOptions,
  explain,
  type Explanation,
  type IdempotencyOptions,
  type OperationOptions,
  OptionError,
  type Outcome,
  type Profile,
  type RunOptions,
} from '../index.js'
import { peer } from '../peer/index.js'
import { bornAt, uuidOf } from '../policy/idempotency/uuid.js'
import { adyen, ietf, paypal, profile, square, stripeV1 } from '../profiles/index.js'
import { virtualTime } from '../testing/index.js'

const LOST = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const
const EPOCH = 1_790_000_000_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

const madeAt = (at: number) => uuidOf(at, new Uint8Array(10).fill(7), 7)

function setUp(call: Partial<OperationOptions> = {}, options: DependencyOptions = {}) {
  const time = virtualTime({ start: 500, epoch: EPOCH })
  const operation = dependency('bank', { clock: time.clock, random: () => 0.5, ...OFF, ...options }).operation('pay', {
    effect: 'write',
    attemptTimeout: 100,
    deadline: 'none',
    backoff: { initial: 1_000, factor: 1, jitter: 'none' },
    ...call,
  })
  /** Attempts that were sent; all but the last are lost. */
  const send = async (attempts: number, runOptions?: RunOptions) => {
    const sent: Pick<Attempt, 'key' | 'headers'>[] = []
    const outcome = await time.run(
      operation.outcome(({ key, headers, attempt }) => {
        sent.push({ key, headers })
        if (attempt < attempts) throw LOST
      }, runOptions),
    )
    return { sent, outcome, keys: sent.map(({ key }) => key) }
  }
  return { time, operation, send }
}

test.each([' k', 'k '])('the key %j would arrive as another: it is refused before anything is sent', async (key) => {
  const { send } = setUp({ idempotency: { window: '1h' } })
  await expect(send(1, { key })).rejects.toThrow(/no space at its ends for Idempotency-Key/)
  expect((await send(1, { key: 'a k' })).sent).toMatchObject([{ headers: { 'idempotency-key': 'a k' } }])
})

describe('a key that is made', () => {
  it('is one for a call: every retry has it, and the outcome tells it', async () => {
    const { send } = setUp({ idempotency: { key: 'new' } })
    const { sent, outcome } = await send(3)
    const { key } = outcome
    expect(bornAt(key ?? '')).toBe(EPOCH + 500)
    expect(sent).toEqual(Array.from({ length: 3 }, () => ({ key, headers: { 'idempotency-key': key } })))
    expect(outcome).toMatchObject({ ok: true, attempts: 3, explanation: { key } })
    expect((await send(1)).outcome.key, 'another call').not.toBe(key)
  })

  it('is in what explain() says of the error', async () => {
    const { operation, time } = setUp({ idempotency: { key: 'new' }, attempts: 1 })
    const keys: unknown[] = []
    const lost = ({ key }: Attempt) => {
      keys.push(key)
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    }
    const error: unknown = await time.run(operation.run(lost).catch((reason: unknown) => reason))
    expect(keys).toEqual([explain(error)?.key])
  })

  it('goes with a hedge too', async () => {
    const { operation, time } = setUp({ idempotency: { key: 'new' }, hedge: { after: 50 } })
    const keys: unknown[] = []
    const hangs = ({ key, attempt }: Attempt) => {
      keys.push(key)
      return attempt === 1 ? new Promise<never>(() => {}) : 'done'
    }
    const { key } = await time.run(operation.outcome(hangs))
    expect(keys).toEqual([key, key])
  })

  it('is not made for a call that has one, nor for a read', async () => {
    const { send } = setUp({ idempotency: { key: 'new' } })
    expect((await send(2, { key: 'order_1' })).keys).toEqual(['order_1', 'order_1'])
    expect((await setUp({ idempotency: { key: 'new' }, effect: 'read' }).send(2)).keys).toEqual([undefined, undefined])
  })

  it('is as old as the call, whatever its date: it may wait in line for long', async () => {
    const { send } = setUp({ idempotency: { key: 'new', window: '1500ms' } })
    expect((await send(9)).outcome).toMatchObject({ stop: 'window', attempts: 2 })
  })
})

describe('a window', () => {
  const window = (ms: number, more: IdempotencyOptions = {}) => ({ idempotency: { window: ms, ...more } })

  it('ends the retries of a call, by its own clock', async () => {
    // Attempts at 0, 1 s, 2 s: the next would be sent at 3 s.
    expect((await setUp({ ...window(2_999), attempts: 9 }).send(9, { key: 'k' })).outcome).toMatchObject({
      stop: 'window',
      attempts: 3,
    })
    expect((await setUp({ ...window(3_000), attempts: 9 }).send(4, { key: 'k' })).outcome).toMatchObject({ ok: true })
  })

  it('counts from where the run option says', async () => {
    const { send } = setUp(window(DAY))
    expect((await send(9, { key: 'k', age: DAY - 999 })).outcome).toMatchObject({ stop: 'window', attempts: 1 })
    expect((await send(2, { key: 'k', age: DAY - 1_000 })).outcome).toMatchObject({ ok: true })
  })

  it('else from the date of a key that has one', async () => {
    const { send } = setUp(window(DAY))
    const old = { key: madeAt(EPOCH + 500 - DAY + 999) }
    expect((await send(9, old)).outcome).toMatchObject({ stop: 'window', attempts: 1 })
    expect((await send(2, { key: madeAt(EPOCH + 500 - HOUR) })).outcome).toMatchObject({ ok: true })
  })

  it('goes on while its call is not made', async () => {
    const { send, time } = setUp(window(DAY))
    const key = madeAt(EPOCH + 500)
    expect((await send(2, { key })).outcome).toMatchObject({ ok: true })
    await time.advance(DAY)
    expect((await send(9, { key })).outcome).toMatchObject({ stop: 'window', attempts: 1 })
  })

  it('is not of a date that means something else: said of one call, or of all', async () => {
    const key = madeAt(EPOCH - 30 * DAY)
    expect((await setUp(window(DAY)).send(2, { key, age: 'none' })).outcome).toMatchObject({ ok: true })
    const undated = setUp(window(DAY, { age: 'none' }))
    expect((await undated.send(2, { key })).outcome).toMatchObject({ ok: true })
    expect((await undated.send(9, { key, age: '25h' })).outcome).toMatchObject({ stop: 'window' })
  })

  it('takes a date that is still to come for now', async () => {
    const { send } = setUp(window(DAY))
    expect((await send(2, { key: madeAt(EPOCH + 5 * DAY) })).outcome).toMatchObject({ ok: true })
  })

  it('is what the profile says, unless the operation says less', async () => {
    const old = { key: 'k', age: '25h' } as const
    expect((await setUp({}, { profile: stripeV1 }).send(9, old)).outcome).toMatchObject({ stop: 'window' })
    const brief = setUp(window(HOUR), { profile: stripeV1 })
    expect((await brief.send(9, { key: 'k', age: '2h' })).outcome).toMatchObject({ stop: 'window' })
    const endless = setUp({}, { profile: paypal })
    expect((await endless.send(2, { key: 'k', age: '9999h' })).outcome).toMatchObject({ ok: true })
  })

  it('tells a peer the age that it counts', async () => {
    const { send } = setUp({}, { peer })
    const ages = (await send(2, { key: madeAt(EPOCH + 500 - HOUR) })).sent.map(
      ({ headers }) => peer.readContext(headers['retry-context'] ?? '')?.keyAge,
    )
    expect(ages).toEqual([HOUR, HOUR + 1_000])
  })
})

describe('the form of a key', () => {
  test.each<[string, DependencyOptions, Partial<OperationOptions>, Record<string, string>]>([
    ['plain', {}, {}, { 'idempotency-key': 'k 1' }],
    ['of PayPal', { profile: paypal }, {}, { 'paypal-request-id': 'k 1' }],
    ['of Square, in the body', { profile: square }, {}, {}],
    ['of the draft', { profile: ietf }, {}, { 'idempotency-key': '"k 1"' }],
    [
      'of the operation before the dependency’s',
      { profile: ietf },
      { idempotency: { profile: paypal } },
      { 'paypal-request-id': 'k 1' },
    ],
    ['of a profile before a peer’s', { peer, profile: stripeV1 }, {}, { 'idempotency-key': 'k 1' }],
  ])('%s', async (_, options, call, expected) => {
    const { sent } = await setUp(call, options).send(1, { key: 'k 1' })
    const { 'retry-context': _context, ...headers } = sent[0]?.headers ?? {}
    expect([sent[0]?.key, headers]).toEqual(['k 1', expected])
  })

  it('that the API cannot read is refused before anything is sent', () => {
    const { operation } = setUp({}, { profile: adyen })
    let sent = 0
    const pay = () => operation.run(() => sent++, { key: 'k'.repeat(65) })
    expect(pay).toThrow(OptionError)
    expect(pay).toThrow('at most 64 characters for adyen')
    expect(sent).toBe(0)
  })
})

const brief = profile({ name: 'brief', maxLength: 32 })
test.each<[string, unknown, DependencyOptions, string]>([
  ['idempotency.key', { key: 'always' }, {}, "'new'"],
  ['idempotency.key', { key: 'new' }, { profile: brief }, '32 characters hold no UUID'],
  ['idempotency.window', { window: '25h' }, { profile: stripeV1 }, 'at most 86400000 ms'],
  ['idempotency.window', { window: '25h', profile: stripeV1 }, {}, 'stripe-v1 may have forgotten'],
  ['idempotency.profile', { profile: 'stripe-v1' }, {}, 'a profile of truce/profiles'],
  ['idempotency.profile', { profile: { ...stripeV1 } }, {}, 'your own by profile('],
  ['idempotency.age', { age: '5m' }, {}, "'none'"],
  ['idempotency.ttl', { ttl: 5 }, {}, 'no such option'],
])('%s of %o is refused', (option, idempotency, options, allowed) => {
  const make = () => setUp({ idempotency: idempotency as IdempotencyOptions }, options)
  expect(make).toThrow(OptionError)
  expect(make).toThrow(`option ${option} is`)
  expect(make).toThrow(allowed)
})

test('a dependency takes a profile that was checked, and shows it', () => {
  expect(() => dependency('bank', { profile: 'stripe-v1' as never })).toThrow('a profile of truce/profiles')
  expect(dependency('bank', { profile: stripeV1 }).profile).toBe(stripeV1)
  expect(dependency('bank', { peer }).profile).toBe(ietf)
  expect(dependency('bank').profile).toBeUndefined()
})

test('types', () => {
  expectTypeOf<OperationOptions['idempotency']>().toEqualTypeOf<'natural' | IdempotencyOptions | undefined>()
  expectTypeOf<IdempotencyOptions['key']>().toEqualTypeOf<'new' | undefined>()
  expectTypeOf<DependencyOptions['profile']>().toEqualTypeOf<Profile | undefined>()
  expectTypeOf<Attempt['key']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Outcome<number>['key']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Explanation['advice']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<'none'>().toExtend<RunOptions['age']>()
  // @ts-expect-error a key is given with the call
  const fixed: IdempotencyOptions = { key: 'order_1' }
  // @ts-expect-error profiles are values: contracts look them up by profileNamed()
  const named: DependencyOptions = { profile: 'stripe-v1' }
  expect([fixed, named]).toHaveLength(2)
})
