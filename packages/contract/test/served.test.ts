/**
 * From the document to what its service does with requests: the words of `truce/server` and of keys over HTTP.
 */
import { idempotency, memory } from 'truce/idempotency'
import { peer } from 'truce/peer'
import { admission, handle, service } from 'truce/server'
import { httpIdempotency } from 'truce/server/idempotency'
import { describe, expect, test } from 'vitest'
import { guardsOf, parseDocument } from '../src/index.js'

/** A service that is made of a document and of nothing else; its handler counts. */
function served(operation: string) {
  const text = `{ truce: 1, service: order-api, serves: { place: { effect: write, ${operation} } } }`
  const { contract, problems } = parseDocument(text, 'truce.yaml')
  if (contract === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  const guards = guardsOf(contract)
  const terms = guards.idempotency('place')
  const engine = idempotency({ store: memory(), ttl: terms?.ttl ?? 3_600_000 })
  const keyed = httpIdempotency({ engine, tenant: () => 'acme' })
  const place = service(contract.service, { idempotency: keyed, peer, peers: 'all' }).operation('place', {
    ...guards.served('place'),
    ...(terms && { idempotency: { ...terms.rules, mode: 'derived-key' } }),
  })
  let done = 0
  const remaining: number[] = []
  const post = handle(place, (_request, context) => {
    remaining.push(context.remaining)
    return Response.json({ order: ++done })
  })
  const send = (key: string | undefined, body: object = {}) =>
    post(
      new Request('http://127.0.0.1/orders', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
        body: JSON.stringify(body),
      }),
    )
  return { send, remaining, done: () => done }
}

describe('a service of a document', () => {
  test('takes effect once for a key, and says for how long', async () => {
    const { send, done } = served('idempotency: { ttl: 2h }')
    const [first, repeat] = [await send('k'), await send('k')]
    expect([first.status, repeat.status, done()]).toEqual([200, 200, 1])
    expect(repeat.headers.get('idempotent-replayed')).toBe('true')
    expect(first.headers.get('idempotency-ttl')).toBe('7200')
  })

  test.each([
    ['required', 400],
    ['optional', 200],
  ])('a key that is %s: a request without one is answered %d', async (key, status) => {
    expect((await served(`idempotency: { key: ${key}, ttl: 1h }`).send(undefined)).status).toBe(status)
  })

  test('compares the fields that the document names', async () => {
    const { send, done } = served('idempotency: { ttl: 1h, fields: [cartId] }')
    const statuses = [
      await send('k', { cartId: 1, at: 1 }),
      await send('k', { cartId: 1, at: 2 }),
      await send('k', { cartId: 2 }),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 422])
    expect(done()).toBe(1)
  })

  test('takes no keys where the document says nothing of them, or that repeating is harmless', async () => {
    for (const operation of ['', 'idempotency: natural']) {
      const { send, done } = served(operation)
      await send('k')
      await send('k')
      expect(done()).toBe(2)
    }
  })

  test('stops at the document’s deadline', async () => {
    const { send, remaining } = served('deadline: 3s')
    await send(undefined)
    expect(remaining[0]).toBeGreaterThan(0)
    expect(remaining[0]).toBeLessThanOrEqual(3_000)
    const endless = served('')
    await endless.send(undefined)
    expect(endless.remaining).toEqual([Number.POSITIVE_INFINITY])
  })
})

test('a service of a document admits the share of retries that the document says', async () => {
  const text =
    '{ truce: 1, service: a, serves: { o: { effect: read, capacity: 100/s, latency: { p50: 50ms }, retries: { share: 0 } } } }'
  const { contract } = parseDocument(text, 'truce.yaml')
  if (contract === undefined) throw new Error('no contract')
  const guards = guardsOf(contract)
  const door = admission(guards.admission())
  expect(door.limit).toBe(5)
  const made = service('a', { peer, peers: 'all', admission: door }).operation('o', guards.served('o'))
  const get = handle(made, () => new Response('done'))
  const ask = (attempt: number) =>
    get(new Request('http://127.0.0.1/', { headers: { 'retry-context': `attempt=${attempt}` } }))
  expect([(await ask(1)).status, (await ask(2)).status]).toEqual([200, 503])
})
