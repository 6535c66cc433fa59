/** Faults reproduced on Powertools for AWS Lambda 2.35.0 with Redis, and that Truce does not have them. */
import { expect, test } from 'vitest'
import { watched } from '../../peers/inventory.js'
import { ordersOn, REQUEST, scripted } from '../faulty-store.js'

const CREATE = { ...REQUEST, mode: 'derived-key' } as const

// Outside of Lambda nothing says how long a run may take: it is taken for an orphan at once.
test('Powertools T1: without a remaining time a duplicate runs the handler too', async () => {
  const { time, orders, another } = ordersOn({ timeout: 'none' })
  const work = scripted<string>()
  const calls = [orders, another(), another()].map((engine) =>
    watched(engine.execute({ ...CREATE, wait: '10m' }, work.handler)),
  )
  await time.advance(300_000)
  expect(work.runs).toBe(1)
  work.succeed('done')
  await time.settle()
  expect(calls.map(({ value }) => value)).toEqual(['done', 'done', 'done'])
})

// The completion drops the hash of the payload.
test('Powertools T2: a repeat of the very same payload is a conflict once it has completed', async () => {
  const { time, orders } = ordersOn()
  expect(await time.run(orders.execute(CREATE, () => 'done'))).toBe('done')
  expect(await time.run(orders.execute(CREATE, () => 'again'))).toBe('done')
  const other = orders.execute({ ...CREATE, payload: 'other' }, () => 'again')
  await expect(time.run(other)).rejects.toMatchObject({ code: 'TRUCE_KEY_CONFLICT' })
})

// Lease 300 ms, A takes 1000 ms: B runs and its caller is told 2, then A writes 1 over it.
test('Powertools T3: two callers of one key are told two results', async () => {
  const { time, orders, another, faults } = ordersOn({ lease: 300 })
  faults.always('renew', 'hang')
  const a = scripted<number>()
  const first = watched(orders.outcome(CREATE, a.handler))
  await time.advance(301)
  expect(await time.run(another().execute(CREATE, () => 2))).toBe(2)
  await time.advance(700)
  a.succeed(1)
  await time.settle()
  // A's caller was told at the end of the lease that nobody knows; nobody is told 1.
  expect(first.value).toMatchObject({ ok: false, error: { code: 'TRUCE_OUTCOME_UNKNOWN' } })
  expect(await time.run(orders.execute(CREATE, () => 3))).toBe(2)
})

// A, late, fails and deletes B's completed record.
test('Powertools T4: a zombie that fails late deletes the record of the one that completed', async () => {
  const { time, orders, another, faults } = ordersOn({ lease: 300 })
  faults.always('renew', 'hang')
  const a = scripted<number>()
  const first = watched(orders.outcome(CREATE, a.handler))
  await time.advance(301)
  expect(await time.run(another().execute(CREATE, () => 2))).toBe(2)
  a.fail(new Error('timeout'))
  await time.settle()
  expect(first.ended).toBe('well')
  expect(await time.run(orders.execute(CREATE, () => 3))).toBe(2)
})

// Keys are sorted without regard to case, which is no order at all.
test('Powertools T5: {a, A} and {A, a} are two payloads', async () => {
  const { time, orders } = ordersOn()
  expect(await time.run(orders.execute({ ...CREATE, payload: { a: 1, A: 2 } }, () => 1))).toBe(1)
  expect(await time.run(orders.execute({ ...CREATE, payload: { A: 2, a: 1 } }, () => 2))).toBe(1)
})
