import { expect, test } from 'vitest'
import { DERIVED, keyedOn, ONCE, problemOf } from '../../../test/server/keyed-scene.js'
import { handle, service } from '../index.js'
import { statusRoute } from './index.js'

const ask = (key?: string) =>
  new Request('http://shop.example/orders/status', { headers: key === undefined ? {} : { 'idempotency-key': key } })

test('a key is absent, running, completed; all of it in the time of the store', async () => {
  const { time, send, create } = keyedOn(DERIVED)
  const status = statusRoute(create)
  expect(await problemOf(await time.run(status(ask('order-1'))))).toMatchObject({ status: 404, type: 'key-unknown' })
  let answer: (response: Response) => void = () => undefined
  void send(() => new Promise((resolve) => (answer = resolve)))
  await time.settle()
  expect(await (await time.run(status(ask('"order-1"')))).json()).toEqual({ state: 'running', left: 30_000 })
  answer(new Response(null))
  await time.settle()
  await time.advance(1_000)
  const got = await time.run(status(ask('order-1')))
  expect(await got.json()).toEqual({ state: 'completed', age: 1_000, left: 86_399_000 })
  expect([got.headers.get('cache-control'), got.headers.get('idempotency-ttl')]).toEqual(['no-store', '86400'])
})

test('what ended in the dark is unknown', async () => {
  const { time, ask: run, create } = keyedOn(ONCE)
  await run(() => new Response(null, { status: 500 }))
  expect(await (await time.run(statusRoute(create)(ask('order-1')))).json()).toEqual({ state: 'unknown' })
})

test('a key is needed, one that can be one, and a store that answers', async () => {
  const { time, create, faults } = keyedOn(DERIVED)
  const status = statusRoute(create)
  expect(await problemOf(await status(ask()))).toMatchObject({ status: 400, type: 'key-missing' })
  expect(await problemOf(await status(ask('a, b')))).toMatchObject({ status: 400, type: 'key-invalid' })
  faults.always('all', 'hang')
  const got = await time.run(status(ask('a')))
  expect([got.headers.get('retry-after'), await problemOf(got)]).toMatchObject(['1', { status: 503 }])
})

test('behind an operation of its own it asks whose request the framework says it is', async () => {
  const { time, create } = keyedOn(DERIVED, {
    tenant: ({ raw }) => ((raw as Request).url.includes('status') ? 'a' : undefined),
  })
  const route = handle(service('shop').operation('status', { effect: 'read' }), statusRoute(create))
  expect((await time.run(route(ask('a')))).status).toBe(404)
})

test('an operation that takes no keys has no status', () => {
  expect(() => statusRoute(service('shop').operation('list', { effect: 'read' }))).toThrow('rules for idempotency')
})
