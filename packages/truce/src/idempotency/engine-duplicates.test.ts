import { describe, expect, test } from 'vitest'
import { EPOCH, ordersOn, REQUEST, scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { idempotencyKey, type IdempotencyStore, InProgressError, KeyConflictError, KeyExpiredError } from './index.js'

const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const
const DERIVED = { ...REQUEST, mode: 'derived-key' } as const

describe('100 calls with one key at once', () => {
  test.for(['at-most-once', 'derived-key'] as const)(
    '%s, on two engines: it runs once, all get its result',
    async (mode) => {
      const { time, orders, another, faults, nothingLeft } = ordersOn()
      const second = another()
      const work = scripted<string>()
      const calls = Array.from({ length: 100 }, (_, n) =>
        watched((n % 2 ? orders : second).outcome({ ...REQUEST, mode }, work.handler)),
      )
      await time.advance(1_000)
      expect(work.runs).toBe(1)
      work.succeed('done')
      await time.settle()
      expect(calls.every(({ value }) => value?.ok && value.value === 'done')).toBe(true)
      expect(calls.filter(({ value }) => value?.source === 'executed')).toHaveLength(1)
      expect(faults.count('complete')).toBe(1)
      await time.run(second.idle())
      await nothingLeft()
    },
  )

  test('of which the first fails and gives its key back: they run one after the other', async () => {
    const { time, orders, nothingLeft } = ordersOn()
    let atOnce = 0
    let most = 0
    let runs = 0
    const work = async () => {
      most = Math.max(most, ++atOnce)
      await new Promise<void>((end) => time.clock.alarm(10, end))
      atOnce--
      if (++runs < 5) throw new Error('reset')
      return 'done'
    }
    const calls = Array.from({ length: 10 }, () => orders.outcome(DERIVED, work))
    const ended = await time.run(Promise.all(calls))
    expect([most, runs]).toEqual([1, 5])
    expect(ended.filter(({ ok }) => ok)).toHaveLength(6)
    await nothingLeft()
  })
})

describe('a duplicate of a run at work', () => {
  test('waits no longer than it was told to, and learns when to come back', async () => {
    const { time, orders } = ordersOn({ lease: '30s' })
    const work = scripted()
    const first = watched(orders.execute(DERIVED, work.handler))
    await time.settle()
    const outcome = await time.run(orders.outcome({ ...DERIVED, wait: '500ms' }, work.handler))
    expect(time.now()).toBe(500)
    expect(outcome).toMatchObject({
      ok: false,
      source: 'refused',
      error: { code: 'TRUCE_IN_PROGRESS', retryIn: 1_000 },
    })
    const atOnce = await time.run(orders.outcome({ ...DERIVED, wait: 0 }, work.handler))
    expect([time.now(), atOnce.ok, work.runs, first.ended]).toEqual([500, false, 1, 'no'])
  })

  test('is told of its end by a store that cannot tell: it looks', async () => {
    const { time, orders, another, store } = ordersOn()
    const mute: IdempotencyStore = { ...store }
    delete mute.changed
    const work = scripted<string>()
    const first = watched(orders.execute(DERIVED, work.handler))
    await time.settle()
    const second = watched(another({ store: mute }).execute({ ...DERIVED, wait: '10s' }, work.handler))
    await time.advance(5_000)
    work.succeed('done')
    await time.advance(250)
    expect([first.value, second.value, work.runs]).toEqual(['done', 'done', 1])
  })

  test.for(['fail', 'throw'] as const)('whose store cannot tell of it (%s) looks as well', async (fault) => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.always('changed', fault)
    const work = scripted<string>()
    const first = watched(orders.execute(DERIVED, work.handler))
    await time.settle()
    const second = watched(orders.execute({ ...DERIVED, wait: '10s' }, work.handler))
    await time.advance(5_000)
    work.succeed('done')
    await time.advance(250)
    expect([first.value, second.value, work.runs]).toEqual(['done', 'done', 1])
    await nothingLeft()
  })

  test('of another payload is told so at once', async () => {
    const { time, orders } = ordersOn()
    const work = scripted()
    const first = watched(orders.execute(DERIVED, work.handler))
    await time.settle()
    await expect(time.run(orders.execute({ ...DERIVED, payload: 'other' }, work.handler))).rejects.toThrow(
      KeyConflictError,
    )
    expect([time.now(), work.runs, first.ended]).toEqual([0, 1, 'no'])
  })
})

describe('another key', () => {
  test.for([
    [{ key: 'order-2' }],
    [{ tenant: 'other' }],
    [{ operation: 'orders.cancel' }],
    [{ tenant: '4:acme' }],
    [{ tenant: 'acme13:orders.create', operation: ':' }],
  ])('%j is another wish, of the same payload too', async ([changes]) => {
    const { time, orders } = ordersOn()
    expect(await time.run(orders.execute(DERIVED, () => 1))).toBe(1)
    expect(await time.run(orders.execute({ ...DERIVED, ...changes }, () => 2))).toBe(2)
    expect(await time.run(orders.execute(DERIVED, () => 3))).toBe(1)
  })
})

describe('time', () => {
  test('after its time to live a key without an age is new; one that knows its age is refused', async () => {
    const { time, orders } = ordersOn({ ttl: '1h' })
    const dated = { ...DERIVED, key: idempotencyKey(EPOCH) }
    await time.run(Promise.all([orders.execute(DERIVED, () => 1), orders.execute(dated, () => 1)]))
    await time.advance(3_600_000)
    expect(await time.run(orders.execute(DERIVED, () => 2))).toBe(2)
    expect(await time.run(orders.execute({ ...dated, age: 'none' }, () => 2))).toBe(2)
    await time.advance(3_600_001)
    await expect(time.run(orders.execute(dated, () => 3))).rejects.toThrow(KeyExpiredError)
    await expect(time.run(orders.execute({ ...DERIVED, age: '2h' }, () => 3))).rejects.toThrow(KeyExpiredError)
  })

  test('a replay tells how old it is and how long it will be remembered', async () => {
    const { time, orders } = ordersOn({ ttl: '1h' })
    await time.run(orders.execute(DERIVED, () => 1))
    await time.advance(600_000)
    expect(await time.run(orders.outcome(DERIVED, () => 2))).toEqual({
      ok: true,
      value: 1,
      source: 'replayed',
      age: 600_000,
      left: 3_000_000,
    })
  })
})

test('status tells of every state', async () => {
  const { time, orders } = ordersOn({ ttl: '1h', lease: '30s' })
  expect(await orders.status(REQUEST)).toEqual({ state: 'absent' })
  const work = scripted<string>()
  const first = watched(orders.execute(AT_MOST_ONCE, work.handler))
  await time.advance(5_000)
  expect(await orders.status(REQUEST)).toEqual({ state: 'running', left: 25_000 })
  work.succeed('done')
  await time.settle()
  expect(first.value).toBe('done')
  await time.advance(1_000)
  expect(await orders.status(REQUEST)).toEqual({ state: 'completed', age: 6_000, left: 3_599_000 })
  await time.advance(3_600_000)
  expect(await orders.status(REQUEST)).toEqual({ state: 'absent' })
  expect(await orders.reap()).toBe(1)
})

test('the error of a duplicate says what to do', () => {
  expect(new InProgressError({ operation: 'orders.create', key: 'k' }, 12.3).message).toBe(
    'orders.create: another call with this key is still running; repeat it with the same key in 13 ms',
  )
})
