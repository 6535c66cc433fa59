import { describe, expect, onTestFinished, test } from 'vitest'
import { ordersOn, REQUEST } from '../../test/idempotency/faulty-store.js'
import { type Codec, memory, notApplied, ReplayedFailureError, ResultNotKeptError } from './index.js'

const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const
const DERIVED = { ...REQUEST, mode: 'derived-key' } as const

class Money {
  amount = 1
}
const circle: Record<string, unknown> = {}
circle['self'] = circle
const broken = {
  get total(): never {
    throw new Error('not loaded')
  },
}

const UNKEPT: readonly (readonly [string, unknown])[] = [
  ['a function', () => 1],
  ['a BigInt', { amount: 1n }],
  ['a Date', { at: new Date(0) }],
  ['a Map', new Map([['a', 1]])],
  ['a cycle', circle],
  ['an instance of a class', new Money()],
  ['NaN', { rate: Number.NaN }],
  ['undefined in a list', [1, undefined]],
  ['a symbol', { of: Symbol('x') }],
  ['a getter that throws', broken],
  ['300 KiB', 'x'.repeat(300 * 1_024)],
]

describe('a result that cannot be kept', () => {
  const cases = (['at-most-once', 'derived-key'] as const).flatMap((mode) =>
    UNKEPT.map(([what, value]) => [mode, what, value] as const),
  )

  test.for(cases)('%s, %s: told once; a repeat learns that it took effect', async ([mode, , value]) => {
    const { time, orders, nothingLeft } = ordersOn()
    const request = { ...REQUEST, mode }
    let runs = 0
    const first = await time.run(orders.outcome(request, () => (runs++, value)))
    expect(first).toMatchObject({ ok: true, source: 'executed', kept: 'store' })
    expect(first.ok && first.value).toBe(value)
    const repeat = await time.run(orders.outcome(request, () => runs++))
    expect(repeat).toMatchObject({ ok: false, source: 'replayed' })
    expect(repeat).toHaveProperty('error', expect.any(ResultNotKeptError))
    const recalled = await time.run(orders.outcome({ ...request, recall: async () => 'read again' }, () => 'x'))
    expect(recalled).toMatchObject({ ok: true, value: 'read again', source: 'replayed' })
    expect(runs).toBe(1)
    await nothingLeft()
  })

  test('what recall throws is thrown: it may be asked again', async () => {
    const { time, orders } = ordersOn()
    await time.run(orders.execute(AT_MOST_ONCE, () => new Map<string, string>()))
    const error = new Error('replica is down')
    const recall = () => {
      throw error
    }
    await expect(time.run(orders.execute({ ...AT_MOST_ONCE, recall }, () => 1 as never))).rejects.toBe(error)
  })
})

describe('a result that can', () => {
  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['false', false],
    ['text with every sign', '\u0000\ud83d\ude00\u2028\ud800'],
    ['own __proto__', JSON.parse('{"__proto__":{"admin":true},"constructor":null}') as unknown],
    ['255 KiB', 'x'.repeat(255 * 1_024)],
    ['an empty list in a list', [[], {}]],
  ])('%s comes back as it was', async ([, value]) => {
    const { time, orders } = ordersOn()
    expect(await time.run(orders.execute(DERIVED, () => value))).toBe(value)
    const repeat = await time.run(orders.execute(DERIVED, () => 'again' as unknown))
    expect(repeat).toStrictEqual(value)
    expect(Object.getPrototypeOf(Object(repeat) as object)).toBe(Object.getPrototypeOf(Object(value) as object))
  })

  test('is what it was when it was given, and every repeat has its own', async () => {
    const { time, orders } = ordersOn()
    const value = { lines: [1] }
    await time.run(orders.execute(DERIVED, () => value))
    value.lines.push(2)
    const one = await time.run(orders.execute(DERIVED, () => value))
    one.lines.push(3)
    expect(await time.run(orders.execute(DERIVED, () => value))).toEqual({ lines: [1] })
  })
})

describe('a codec', () => {
  const dates: Codec = {
    encode: (value) => String((value as Date).getTime()),
    decode: (text) => new Date(Number(text)),
  }

  test('keeps what JSON cannot say', async () => {
    const { time, orders } = ordersOn({ codec: dates })
    await time.run(orders.execute(DERIVED, () => new Date(5)))
    expect(await time.run(orders.execute(DERIVED, () => new Date(6)))).toEqual(new Date(5))
  })

  test.for<[string, () => unknown]>([
    ['throws', () => expect.fail('cannot')],
    ['gives a promise', async () => 'text'],
    ['gives nothing', () => undefined],
    ['gives bytes', () => new Uint8Array(1)],
  ])('whose encode %s loses no result', async ([, encode]) => {
    const { time, orders } = ordersOn({ codec: { encode: encode as () => string, decode: () => 'nonsense' } })
    expect(await time.run(orders.execute(DERIVED, () => 'done'))).toBe('done')
    await expect(time.run(orders.execute(DERIVED, () => 'again'))).rejects.toThrow(ResultNotKeptError)
  })

  test('whose decode throws: it took effect, and cannot be read; recall can', async () => {
    const { time, orders, another } = ordersOn()
    await time.run(orders.execute(DERIVED, () => 'done'))
    const error = new SyntaxError('version 2 expected')
    const codec: Codec = {
      encode: String,
      decode: () => {
        throw error
      },
    }
    const newer = another({ codec })
    const repeat = newer.execute(DERIVED, () => 'again')
    await expect(time.run(repeat)).rejects.toMatchObject({ code: 'TRUCE_RESULT_NOT_KEPT', cause: error })
    expect(await time.run(newer.execute({ ...DERIVED, recall: () => 'recalled' }, () => 'again'))).toBe('recalled')
  })

  test('whose decode throws for a step: it is done again, with the same key', async () => {
    const { time, orders, another } = ordersOn()
    const keys: string[] = []
    const pay = (on: typeof orders, fails: boolean) =>
      on.outcome(DERIVED, async ({ step }) => {
        await step('charge', ({ key }) => keys.push(key))
        if (fails) throw new Error('reset')
        return 'done'
      })
    await time.run(pay(orders, true))
    const codec: Codec = { encode: JSON.stringify, decode: () => expect.fail('unreadable') }
    expect(await time.run(pay(another({ codec }), false))).toMatchObject({ ok: true, value: 'done' })
    expect([keys.length, new Set(keys).size]).toEqual([2, 1])
  })
})

describe('a failure', () => {
  const invalid = Object.assign(new Error('no such product'), { name: 'ProductError', status: 422, code: 'SKU' })

  test('for good is replayed as what was kept of it', async () => {
    const { time, orders } = ordersOn()
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => Promise.reject(invalid)))).rejects.toBe(invalid)
    const repeat = await time.run(orders.outcome(AT_MOST_ONCE, () => 'again'))
    expect(repeat).toMatchObject({ ok: false, source: 'replayed' })
    expect(repeat).toHaveProperty('error', expect.any(ReplayedFailureError))
    expect(repeat).toMatchObject({
      error: {
        message: 'orders.create: it failed before with ProductError: no such product',
        failure: { name: 'ProductError', message: 'no such product', class: 'invalid', code: 'SKU', status: 422 },
      },
    })
  })

  test('that nobody can turn into text is replayed too, never as a success', async () => {
    const { time, orders } = ordersOn({ keep: 'stripe-v1' })
    const strange: unknown[] = [
      Object.create(null),
      {
        get message(): never {
          throw new Error('no')
        },
        toString: () => expect.fail('no text'),
      },
      Symbol('failed'),
      'just text',
      undefined,
    ]
    for (const [n, error] of strange.entries()) {
      const request = { ...AT_MOST_ONCE, key: `k${n}` }
      const failing = () => {
        throw error as Error
      }
      expect(await time.run(orders.outcome(request, failing))).toEqual({
        ok: false,
        error,
        source: 'executed',
        kept: 'store',
      })
      expect(await time.run(orders.outcome(request, () => 'again'))).toHaveProperty(
        'error.code',
        'TRUCE_REPLAYED_FAILURE',
      )
    }
  })

  test('that a classifier calls a success is thrown to repeats as well', async () => {
    const { time, orders } = ordersOn({ classifiers: [(result) => (result === notModified ? 'ok' : undefined)] })
    const notModified = Object.assign(new Error('not modified'), { status: 304 })
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => Promise.reject(notModified)))).rejects.toBe(notModified)
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => 1))).rejects.toMatchObject({
      failure: { message: 'not modified', status: 304 },
    })
  })

  test('of which the handler says that nothing was applied frees the key for any payload', async () => {
    const { time, orders } = ordersOn()
    const closed = new Error('the warehouse is closed')
    const failing = orders.outcome(AT_MOST_ONCE, () => Promise.reject(notApplied(closed)))
    expect(await time.run(failing)).toEqual({ ok: false, error: closed, source: 'executed', kept: 'forget' })
    expect(await time.run(orders.execute({ ...AT_MOST_ONCE, payload: 'another' }, () => 'done'))).toBe('done')
  })
})

describe('a keep function', () => {
  const warnings: string[] = []

  test.for<[string, () => unknown]>([
    ['throws', () => expect.fail('bug')],
    ['gives nothing', () => undefined],
    ['gives nonsense', () => 'keep'],
    ['gives a promise', async () => 'store'],
  ])('that %s loses no result, and it is said', async ([, keep]) => {
    const warned = ({ message }: Error) => void warnings.push(message)
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const { time, orders, nothingLeft } = ordersOn({ keep: keep as () => 'store' })
    expect(await time.run(orders.outcome(DERIVED, () => 'done'))).toMatchObject({ value: 'done', kept: 'store' })
    expect(await time.run(orders.execute(DERIVED, () => 'again'))).toBe('done')
    const failing = orders.outcome({ ...AT_MOST_ONCE, key: 'k2' }, () => Promise.reject(new Error('reset')))
    expect(await time.run(failing)).toMatchObject({ ok: false, kept: 'unknown' })
    await time.settle()
    expect(warnings.filter((message) => message.includes('keep function')).length).toBeGreaterThan(0)
    expect(warnings.splice(0).filter((message) => message.includes('keep function'))).toHaveLength(1)
    await nothingLeft()
  })

  test('decides', async () => {
    const { time, orders } = ordersOn()
    const keep = () => 'free' as const
    expect(await time.run(orders.outcome({ ...DERIVED, keep }, () => 1))).toMatchObject({ value: 1, kept: 'free' })
    expect(await time.run(orders.outcome({ ...DERIVED, keep }, () => 2))).toMatchObject({ value: 2, kept: 'free' })
  })
})

test('the memory store does not grow for ever: what ran out goes without being reaped', async () => {
  let now = 0
  const store = memory({ now: () => now })
  const claim = { fingerprint: 'f', mode: 'derived-key', lease: 10, ttl: 10, reconcile: false } as const
  for (let n = 0; n < 1_000; n++) await store.begin(`old${n}`, { ...claim, run: 'r' })
  now = 1_000
  for (let n = 0; n < 1_100; n++) await store.begin(`new${n}`, { ...claim, run: 'r', ttl: 10_000 })
  expect(await store.reap(10_000)).toBe(0)
})
