/**
 * Faults of idempot-js (git, August 2026), and that Truce does not have them.
 *
 * Those that need HTTP (header syntax, the headers that are replayed, that only `res.send` is captured) stand in
 * `http.test.ts`. Its non-cryptographic hash has no behaviour to show but the fingerprint's own tests.
 */
import { type IdempotencyStore, jsonText, KeyConflictError } from 'truce/idempotency'
import { expect, test } from 'vitest'
import { watched } from '../../peers/inventory.js'
import { ordersOn, REQUEST, scripted } from '../faulty-store.js'

const CREATE = { ...REQUEST, mode: 'derived-key' } as const

// A different key with the same body is refused: "already processed with a different idempotency key".
test('idempot-js: two equal orders under two keys collide, across tenants too', async () => {
  const { time, orders } = ordersOn()
  expect(await time.run(orders.execute({ ...CREATE, key: 'monday' }, () => 1))).toBe(1)
  expect(await time.run(orders.execute({ ...CREATE, key: 'tuesday' }, () => 2))).toBe(2)
  expect(await time.run(orders.execute({ ...CREATE, tenant: 'other' }, () => 3))).toBe(3)
})

// "processing" lives for 24 hours.
test('idempot-js: a crash leaves its key in progress for a day', async () => {
  const { time, orders, another, faults } = ordersOn({ lease: '30s', wait: 0 })
  const dead = watched(another().execute(CREATE, scripted().handler))
  await time.settle()
  faults.always('renew', 'hang')
  await expect(time.run(orders.execute(CREATE, () => 1))).rejects.toMatchObject({ code: 'TRUCE_IN_PROGRESS' })
  await time.advance(30_000)
  expect(await time.run(orders.execute(CREATE, () => 'done'))).toBe('done')
  expect(dead.ended).toBe('badly')
})

// It completes on 'finish', when the client has its answer: a crash between the two runs it again.
test('idempot-js: a caller has its answer before it is recorded', async () => {
  const { time, orders, faults, store } = ordersOn()
  faults.next('complete', { late: 500 })
  const call = watched(orders.execute(CREATE, () => 'done'))
  await time.advance(499)
  expect(call.ended).toBe('no')
  await time.advance(1)
  expect(call.value).toBe('done')
  expect(await stateOf(store, faults.asked[1]?.args[0] as string)).toBe('completed')
})

// #181, #186: whoever loses the race between look and insert is told 503.
test('idempot-js #181, #186: a lost race is an outage', async () => {
  const { time, orders, another } = ordersOn()
  const work = scripted<string>()
  const calls = Array.from({ length: 20 }, (_, n) =>
    watched((n % 2 ? orders : another()).execute(CREATE, work.handler)),
  )
  await time.settle()
  work.succeed('done')
  await time.settle()
  expect(calls.map(({ value }) => value)).toEqual(calls.map(() => 'done'))
  expect(work.runs).toBe(1)
})

// #182, #187: on Redis a second request wrote over the record of the one in flight.
test('idempot-js #182, #187: a duplicate overwrites the record of the run in flight', async () => {
  const { time, orders, another, store, faults } = ordersOn({ wait: 0 })
  const work = scripted<string>()
  const first = watched(orders.execute(CREATE, work.handler))
  await time.settle()
  const scope = faults.asked.find(({ command }) => command === 'begin')?.args[0] as string
  const before = await store.look(scope)
  await time.run(another().outcome(CREATE, work.handler))
  await time.run(another().outcome({ ...CREATE, payload: 'other' }, work.handler))
  expect(await store.look(scope)).toEqual(before)
  work.succeed('done')
  await time.settle()
  expect([first.value, work.runs]).toEqual(['done', 1])
})

// GET, TTL, SETEX without a token: the late one writes.
test('idempot-js: a run that lost its key writes its result', async () => {
  const { time, orders, another, leap } = ordersOn({ lease: '30s' })
  const work = scripted<string>()
  const first = watched(orders.execute(CREATE, work.handler))
  await time.settle()
  leap(31_000)
  await time.run(another().execute(CREATE, () => 'second'))
  work.succeed('first')
  await time.settle()
  expect([first.value, await time.run(orders.execute(CREATE, () => 'third'))]).toEqual(['second', 'second'])
})

// Every status is kept, 5xx included: an overload of a second is replayed for a day.
test('idempot-js: a failure that passes is replayed for a day', async () => {
  const { time, orders } = ordersOn()
  const overloaded = Object.assign(new Error('overloaded'), { status: 503 })
  await time.run(orders.outcome(CREATE, () => Promise.reject(overloaded)))
  expect(await time.run(orders.execute(CREATE, () => 'done'))).toBe('done')
})

// Its hash of the body is of 64 bits and of the parsed value: what JSON.parse loses is no difference.
test('idempot-js: two amounts that JSON.parse makes one are one order', async () => {
  const { time, orders } = ordersOn()
  const pay = (body: string) => time.run(async () => orders.execute({ ...CREATE, payload: jsonText(body) }, () => body))
  expect(await pay('{"amount":9007199254740991}')).toBe('{"amount":9007199254740991}')
  await expect(pay('{"amount":9007199254740993}')).rejects.toMatchObject({ code: 'TRUCE_PAYLOAD_INVALID' })
  await expect(pay('{"amount":1,"amount":9007199254740991}')).rejects.toMatchObject({ code: 'TRUCE_PAYLOAD_INVALID' })
  await expect(pay('{"amount":9007199254740990}')).rejects.toThrow(KeyConflictError)
})

// Its breaker (opossum) refuses for all keys once the store has failed for some.
test('idempot-js: a store that is back is refused for a while longer', async () => {
  const { time, orders, faults } = ordersOn({ wait: 0 })
  await orders.ready()
  faults.always('begin', 'refused')
  for (let n = 0; n < 50; n++) await time.run(orders.outcome({ ...CREATE, key: `k${n}` }, () => 1))
  faults.always('begin', 'none')
  expect(await time.run(orders.execute(CREATE, () => 'done'))).toBe('done')
})

async function stateOf(store: IdempotencyStore, scope: string): Promise<string> {
  return (await store.look(scope)).is
}
