/**
 * Faults of @node-idempotency/core 1.0.11, and that Truce does not have them.
 *
 * That of its bare header stands in `http.test.ts`. That the path is part of the key has no counterpart here: operations
 * have names.
 */
import { KeyConflictError } from 'truce/idempotency'
import { expect, test } from 'vitest'
import { watched } from '../../peers/inventory.js'
import { ordersOn, REQUEST, scripted } from '../faulty-store.js'

const CREATE = { ...REQUEST, mode: 'derived-key' } as const

// IN_PROGRESS lives for the whole time to live: after a crash the key is blocked for 24 hours.
test('node-idempotency: a crash blocks its key for a day', async () => {
  const { time, orders, another, faults } = ordersOn({ lease: '30s' })
  const dies = another()
  const dead = watched(dies.execute(CREATE, scripted().handler))
  await time.settle()
  faults.always('renew', 'hang') // nothing is heard of it any more
  await time.advance(30_000)
  expect(await time.run(orders.execute(CREATE, ({ takeover }) => takeover))).toBe(true)
  expect(dead.ended).toBe('badly')
})

// The body is hashed as it is written: the same order with its keys the other way round is another one.
test('node-idempotency: a repeat with its keys in another order is a conflict', async () => {
  const { time, orders } = ordersOn()
  await time.run(orders.execute({ ...CREATE, payload: { sku: 'tea', at: { a: 1, b: 2 } } }, () => 'done'))
  const repeat = orders.execute({ ...CREATE, payload: { at: { b: 2, a: 1 }, sku: 'tea' } }, () => 'again')
  expect(await time.run(repeat)).toBe('done')
  const other = orders.execute({ ...CREATE, payload: { sku: 'tea', at: { a: 1, b: 3 } } }, () => 'again')
  await expect(time.run(other)).rejects.toThrow(KeyConflictError)
})

// No token on complete: whoever lost its key still writes.
test('node-idempotency: a run that lost its key overwrites the winner’s result, or deletes it', async () => {
  for (const fails of [false, true]) {
    const { time, orders, another, leap } = ordersOn({ lease: '30s' })
    const work = scripted<string>()
    const first = watched(orders.outcome(CREATE, work.handler))
    await time.settle()
    leap(31_000)
    expect(await time.run(another().execute(CREATE, () => 'second'))).toBe('second')
    if (fails) work.fail(new Error('reset'))
    else work.succeed('first')
    await time.settle()
    expect(first.value).toMatchObject({ ok: true, value: 'second', source: 'replayed' })
    expect(await time.run(orders.execute(CREATE, () => 'third'))).toBe('second')
  }
})

// A duplicate polls every 100 ms for up to 5 s where asked to, and is refused otherwise.
test('node-idempotency: a duplicate learns of the result by polling', async () => {
  const { time, orders, faults } = ordersOn()
  const work = scripted<string>()
  const first = watched(orders.execute(CREATE, work.handler))
  await time.settle()
  const second = watched(orders.execute(CREATE, work.handler))
  await time.advance(1_500)
  work.succeed('done')
  await time.settle()
  expect([first.value, second.value, time.now()]).toEqual(['done', 'done', 1_500])
  expect(faults.count('begin')).toBe(3)
})

// method:path:key, without a tenant.
test('node-idempotency: two tenants share a key', async () => {
  const { time, orders } = ordersOn()
  expect(await time.run(orders.execute({ ...CREATE, tenant: 'a' }, () => 'a'))).toBe('a')
  expect(await time.run(orders.execute({ ...CREATE, tenant: 'b' }, () => 'b'))).toBe('b')
})

// Whether an error is kept is left to its caller, who must not forget to.
test('node-idempotency: nobody has decided what becomes of a key whose work failed', async () => {
  const { time, orders } = ordersOn()
  const atMostOnce = { ...CREATE, mode: 'at-most-once' } as const
  const fail = (key: string, error: Error) =>
    time.run(orders.outcome({ ...atMostOnce, key }, () => Promise.reject(error)))
  expect(await fail('dark', new Error('reset'))).toMatchObject({ kept: 'unknown' })
  expect(await fail('wrong', Object.assign(new Error('no such sku'), { status: 422 }))).toMatchObject({ kept: 'store' })
  expect(await time.run(orders.outcome(atMostOnce, () => 'done'))).toMatchObject({ kept: 'store' })
})
