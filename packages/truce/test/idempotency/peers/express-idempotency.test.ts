/**
 * Faults of express-idempotency 1.0.6, and that Truce does not have them.
 *
 * Those that need HTTP (the bare header, `x-hit` that a caller can forge, what is replayed) stand in `http.test.ts`.
 */
import { InProgressError, KeyConflictError } from 'truce/idempotency'
import { expect, test } from 'vitest'
import { watched } from '../../peers/inventory.js'
import { ordersOn, REQUEST, scripted } from '../faulty-store.js'

const CREATE = { ...REQUEST, mode: 'at-most-once' } as const

// find, then create: between the two every duplicate finds nothing.
test('express-idempotency: two requests at once both find nothing, and both run', async () => {
  const { time, orders, another, nothingLeft } = ordersOn({ wait: 0 })
  const work = scripted<string>()
  const calls = [orders, another()].map((engine) => watched(engine.execute(CREATE, work.handler)))
  await time.settle()
  expect(work.runs).toBe(1)
  expect(calls.map(({ ended }) => ended).toSorted()).toEqual(['badly', 'no'])
  work.succeed('done')
  await nothingLeft()
})

// The replay is sent, and then next() is called: the handler runs again unless it checks isHit.
test('express-idempotency: a replay runs the handler again', async () => {
  const { time, orders } = ordersOn()
  const work = scripted<string>()
  const first = watched(orders.execute(CREATE, work.handler))
  await time.settle()
  work.succeed('done')
  await time.settle()
  expect(await time.run(orders.execute(CREATE, work.handler))).toBe('done')
  expect([first.value, work.runs]).toEqual(['done', 1])
})

// No lease: what crashed stays in progress for as long as the process remembers.
test('express-idempotency: a run that never ends keeps its key for ever', async () => {
  const { time, orders } = ordersOn({ lease: '30s', timeout: '60s' })
  const hung = watched(orders.execute({ ...CREATE, mode: 'derived-key' }, scripted().handler))
  await time.advance(91_000)
  expect(hung.ended).toBe('badly')
  expect(await time.run(orders.execute({ ...CREATE, mode: 'derived-key' }, () => 'done'))).toBe('done')
})

// No fence: whoever comes last writes its result over the other one's.
test('express-idempotency: a late run overwrites the result that callers were told', async () => {
  const { time, orders, another, leap } = ordersOn({ lease: '30s' })
  const derived = { ...CREATE, mode: 'derived-key' } as const
  const work = scripted<string>()
  const first = watched(orders.execute(derived, work.handler))
  await time.settle()
  leap(31_000)
  expect(await time.run(another().execute(derived, () => 'second'))).toBe('second')
  work.succeed('first')
  await time.settle()
  expect(first.value).toBe('second')
  expect(await time.run(orders.execute(derived, () => 'third'))).toBe('second')
})

// No tenant in the key: one customer reads the other one's response.
test('express-idempotency: the same key of another tenant reads what is not his', async () => {
  const { time, orders } = ordersOn()
  expect(await time.run(orders.execute(CREATE, () => 'card of acme'))).toBe('card of acme')
  expect(await time.run(orders.execute({ ...CREATE, tenant: 'rival' }, () => 'card of rival'))).toBe('card of rival')
})

// 417 for another body is there; but only once the first one has ended.
test('express-idempotency: another payload under the key is found out too late', async () => {
  const { time, orders } = ordersOn()
  const first = watched(orders.execute(CREATE, scripted().handler))
  await time.settle()
  await expect(time.run(orders.execute({ ...CREATE, payload: 'other' }, () => 1))).rejects.toThrow(KeyConflictError)
  expect(first.ended).toBe('no')
})

// A duplicate is told 409 without a word of when to come back.
test('express-idempotency: a duplicate is refused at once, and not told when to come back', async () => {
  const { time, orders } = ordersOn()
  const work = scripted<string>()
  const first = watched(orders.execute(CREATE, work.handler))
  await time.settle()
  const patient = watched(orders.execute(CREATE, work.handler))
  const hasty = time.run(orders.execute({ ...CREATE, wait: 0 }, work.handler))
  await expect(hasty).rejects.toSatisfy((error) => error instanceof InProgressError && error.retryIn > 0)
  work.succeed('done')
  await time.settle()
  expect([first.value, patient.value]).toEqual(['done', 'done'])
})

// #33: an error of the store leaves the request hanging.
test.for(['fail', 'hang', 'throw'] as const)(
  'express-idempotency #33: a store that fails (%s) hangs the request',
  async (fault) => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.always('all', fault)
    const call = watched(orders.execute(CREATE, () => 1))
    await time.advance(10_000)
    expect(call.error).toMatchObject({ code: 'TRUCE_STORE_UNAVAILABLE' })
    await time.runAll()
    await nothingLeft()
  },
)

// Kept in memory, without a time to live.
test('express-idempotency: responses are remembered for ever', async () => {
  const { time, orders } = ordersOn({ ttl: '1h' })
  await time.run(orders.execute(CREATE, () => 'done'))
  await time.advance(3_600_000)
  expect(await orders.reap()).toBe(1)
  expect(await orders.status(REQUEST)).toEqual({ state: 'absent' })
})
