/**
 * Draft, answers: what is given again of an answer.
 *
 * @module
 */
import { expect } from 'vitest'
import { isProblem, isReplay, newKey, type Rule } from './draft-client.js'
import { MAX_BODY } from './shop.js'

export const ANSWERS: readonly Rule[] = [
  [
    'a repeat gets the answer with what it says of itself, and nothing that was the first request\u2019s own',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/orders', key, { sku: 'tea' })
      expect([first.status, first.header('set-cookie')]).toEqual([201, 'session=first, second=first'])
      const got = await send('/orders', key, { sku: 'tea' })
      isReplay(got, first)
      for (const name of ['location', 'etag']) expect(got.header(name)).toBe(first.header(name))
      for (const name of ['set-cookie', 'x-trace']) expect(got.header(name)).toBeUndefined()
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'a refusal is an answer: it is given again',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/once', key, { do: 'refuse' })
      expect(first.status).toBe(404)
      isReplay(await send('/once', key, { do: 'refuse' }), first)
      expect(shop.runs).toBe(1)
    },
  ],
  ...['nothing', 'place', 'picture'].map(givenAgain),
  [
    'an answer that is streamed is given again as long as it can be kept',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/orders', key, { do: 'stream 12500' })
      expect([first.bytes.length, first.whole]).toEqual([12_500, true])
      isReplay(await send('/orders', key, { do: 'stream 12500' }), first)
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'a longer one is passed on whole; its repeat is told that it was done, and where it is',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/orders', key, { do: 'stream 250000' })
      expect([first.status, first.bytes.length, first.whole]).toEqual([200, 250_000, true])
      const got = await send('/orders', key, { do: 'stream 250000' })
      expect([got.status, JSON.parse(got.text)]).toMatchObject([409, { type: 'urn:truce:problem:result-not-kept' }])
      expect([got.header('location'), got.header('retry-after')]).toEqual(['/orders/1', undefined])
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'or its answer is made anew by a hook that only reads',
    async ({ send, shop }) => {
      const key = newKey()
      await send('/recalled', key, { do: 'stream 250000' })
      const got = await send('/recalled', key, { do: 'stream 250000' })
      expect([got.status, got.text, got.header('idempotent-replayed')]).toEqual([200, '{"recalled":true}', 'true'])
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'a body that is longer than is read is refused',
    async ({ send, shop }) => {
      isProblem(await send('/orders', newKey(), { sku: 'x'.repeat(MAX_BODY) }), 413, 'body-too-large')
      expect(shop.runs).toBe(0)
    },
  ],
  [
    'a body that is no JSON, or none that JSON.parse keeps, is compared by its bytes',
    async ({ send, shop }) => {
      const twice = '{"sku":"tea","sku":"coffee"}'
      const large = '{"sku":9007199254740993}'
      const bodies = [
        [twice, '{"sku":"coffee"}', 'application/json'],
        [large, '{"sku":9007199254740992}', 'application/json'],
        ['{"sku":', '{"sku": ', 'application/problem+json'],
        [Buffer.from([0xff, 0xfe]), Buffer.from([0xff, 0xfd]), 'application/octet-stream'],
        ['sku=tea', 'sku=tea&', 'application/x-www-form-urlencoded'],
      ] as const
      for (const [body, other, type] of bodies) {
        const key = newKey()
        const first = await send('/orders', key, body, { type })
        expect(first.status).toBe(201)
        isReplay(await send('/orders', key, body, { type }), first)
        isProblem(await send('/orders', key, other, { type }), 422, 'key-conflict')
      }
      expect(shop.runs).toBe(bodies.length)
    },
    'bytes',
  ],
]

function givenAgain(what: string): Rule {
  return [
    `an answer that is no text (${what}) is given again as it was`,
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/orders', key, { do: what })
      expect(first.status).toBeLessThan(300)
      const got = await send('/orders', key, { do: what })
      isReplay(got, first)
      expect(got.header('location')).toBe(first.header('location'))
      expect(shop.runs).toBe(1)
    },
  ]
}
