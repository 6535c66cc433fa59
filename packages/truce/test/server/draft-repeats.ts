/**
 * Draft, repeats: what a request meets that was sent before.
 *
 * @module
 */
import { expect } from 'vitest'
import { type Client, isProblem, isReplay, newKey, type Rule } from './draft-client.js'
import type { Got } from './exchange.js'

const ORDER = { sku: 'tea', count: 2 }
const HELD = { ...ORDER, do: 'hold' }

/** Sends a request whose handler waits; it is at work when this ends. */
async function held(
  { send, shop }: Client,
  path: string,
  key: string,
  signal?: AbortSignal,
): Promise<{ first: Promise<Got> }> {
  const begun = shop.begun()
  const first = send(path, key, HELD, signal && { signal })
  first.catch(() => undefined)
  await begun
  return { first }
}

export const REPEATS: readonly Rule[] = [
  [
    'a repeat of what is still running is told when to come back; when it is done, it gets the answer',
    async (client) => {
      const key = newKey()
      const { first } = await held(client, '/orders', key)
      const got = await client.send('/orders', key, HELD)
      isProblem(got, 409, 'in-progress')
      expect(Number(got.header('retry-after'))).toBeGreaterThan(0)
      expect((JSON.parse(got.text) as { retryIn: number }).retryIn).toBeGreaterThan(0)
      client.shop.release()
      const answer = await first
      expect(answer.status).toBe(201)
      isReplay(await client.send('/orders', key, HELD), answer)
      expect(client.shop.runs).toBe(1)
    },
  ],
  [
    'where the operation says so, a repeat waits for the answer',
    async (client) => {
      const key = newKey()
      const { first } = await held(client, '/patient', key)
      const second = client.send('/patient', key, HELD)
      client.shop.release()
      isReplay(await second, await first)
      expect(client.shop.runs).toBe(1)
    },
  ],
  [
    'another body under the key is refused, also while the first one runs',
    async (client) => {
      const key = newKey()
      const { first } = await held(client, '/orders', key)
      isProblem(await client.send('/orders', key, { ...HELD, count: 3 }), 422, 'key-conflict')
      client.shop.release()
      await first
      isProblem(await client.send('/orders', key, { ...HELD, count: 3 }), 422, 'key-conflict')
      expect(client.shop.runs).toBe(1)
    },
  ],
  [
    'how the body is written does not matter, what it says does; so does the query',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/orders', key, '{"sku":"tea","count":2}')
      isReplay(await send('/orders', key, '{ "count": 2.0, "sku": "te\\u0061" }'), first)
      isProblem(await send('/orders', key, '{"sku":"tea","count":"2"}'), 422, 'key-conflict')
      isProblem(await send('/orders?express=1', key, '{"sku":"tea","count":2}'), 422, 'key-conflict')
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'no body at all is another body',
    async ({ send, shop }) => {
      const key = newKey()
      expect((await send('/orders', key, ORDER)).status).toBe(201)
      isProblem(await send('/orders', key, ''), 422, 'key-conflict')
      expect(shop.runs).toBe(1)
    },
    'bytes',
  ],
  [
    'where the operation names fields, only they count',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/patient', key, { sku: 'tea', at: 1 })
      isReplay(await send('/patient', key, { sku: 'tea', at: 2 }), first)
      isProblem(await send('/patient', key, { sku: 'tee', at: 1 }), 422, 'key-conflict')
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'a failure of the server is not an answer: the repeat runs',
    async ({ send, shop }) => {
      for (const body of ['{"do":"fail"}', '{"do":"throw"}']) {
        const key = newKey()
        expect([(await send('/orders', key, body)).status, (await send('/orders', key, body)).status]).toEqual([
          500, 500,
        ])
      }
      expect(shop.runs).toBe(4)
    },
  ],
  [
    'where it must not run twice, nobody knows what a failure did: no word of coming back',
    async ({ send, shop }) => {
      const key = newKey()
      expect((await send('/once', key, { do: 'fail' })).status).toBe(500)
      const got = await send('/once', key, { do: 'fail' })
      isProblem(got, 409, 'outcome-unknown')
      expect(got.header('retry-after')).toBeUndefined()
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'a handler that says that it did nothing may be asked again',
    async ({ send, shop }) => {
      const key = newKey()
      for (const run of [1, 2]) {
        const got = await send('/once', key, { do: 'busy' })
        expect([got.status, JSON.parse(got.text)]).toEqual([503, { busy: run }])
      }
      expect(shop.runs).toBe(2)
    },
  ],
  [
    'a caller that leaves stops nothing: its repeat gets the answer',
    async (client) => {
      const key = newKey()
      const leaving = new AbortController()
      const { first } = await held(client, '/once', key, leaving.signal)
      leaving.abort()
      await expect(first).rejects.toThrow('closed without an answer')
      client.shop.release()
      await client.shop.idle()
      const got = await client.send('/once', key, HELD)
      expect([got.status, got.header('idempotent-replayed'), client.shop.runs]).toEqual([201, 'true', 1])
    },
  ],
  [
    'what is known of a key can be asked without running anything',
    async (client) => {
      const key = newKey()
      const ask = (account = 'acme', by: string | undefined = key) =>
        client.send('/status', by, '', { method: 'GET', account })
      expect((await ask()).status).toBe(404)
      const { first } = await held(client, '/orders', key)
      expect(JSON.parse((await ask()).text)).toMatchObject({ state: 'running' })
      client.shop.release()
      await first
      const done = await ask('acme', `"${key}"`)
      expect([done.status, done.header('cache-control')]).toEqual([200, 'no-store'])
      expect(JSON.parse(done.text)).toMatchObject({ state: 'completed', left: expect.any(Number) as number })
      expect((await ask('rival')).status).toBe(404)
      expect((await client.send('/status', undefined, '', { method: 'GET' })).status).toBe(400)
      expect(client.shop.runs).toBe(1)
    },
  ],
]
