/**
 * Draft, keys: which requests are taken, and whose key it is.
 *
 * @module
 */
import { expect } from 'vitest'
import { idempotencyKey } from 'truce/idempotency'
import { isProblem, isReplay, newKey, type Rule } from './draft-client.js'
import { TTL } from './shop.js'

const ORDER = { sku: 'tea' }
const DAY = 86_400_000

/** [what is wrong with it, as it is sent]. */
const NO_KEYS: readonly (readonly [string, string])[] = [
  ['it is empty', ''],
  ['it is empty, quoted', '""'],
  ['it has 256 characters', 'k'.repeat(256)],
  ['it has 256 characters, quoted', `"${'k'.repeat(256)}"`],
  ['it is a list', 'a, b'],
  ['it is a list of quoted ones', '"a", "b"'],
  ['it has parameters', '"a"; v=1'],
  ['it has parameters, bare', 'a;v=1'],
  ['its quotes are not balanced', '"a'],
  ['its quotes end too soon', '"a"b"'],
  ['it escapes what needs none', '"a\\b"'],
  ['it is two words', 'a b'],
  ['it is no ASCII', 'k\u00e9y'],
  ['it is no ASCII, quoted', '"k\u00e9y"'],
  ['it has a tab within', '"a\tb"'],
  ['it is bytes', ':YWJj:'.replace(/:/g, '"') + ':'],
]

export const KEYS: readonly Rule[] = [
  [
    'quoted and bare it is one key',
    async ({ send, shop }) => {
      const key = newKey()
      const first = await send('/orders', `"${key}"`, ORDER)
      expect(first.status).toBe(201)
      isReplay(await send('/orders', key, ORDER), first)
      isReplay(await send('/orders', `  "${key}" `, ORDER), first)
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'without one a request is refused where it is required, and told where to read about it',
    async ({ send, shop }) => {
      const got = await send('/orders', undefined, ORDER)
      isProblem(got, 400, 'key-missing')
      expect(got.header('link')).toBe('<https://shop.example/keys>; rel="describedby"')
      expect(shop.runs).toBe(0)
    },
  ],
  [
    'without one a request runs where it is optional, each time',
    async ({ send, shop }) => {
      const [first, second] = [await send('/patient', undefined, ORDER), await send('/patient', undefined, ORDER)]
      expect([first.status, second.status, shop.runs]).toEqual([201, 201, 2])
      expect(first.header('idempotent-replayed')).toBeUndefined()
    },
  ],
  ...NO_KEYS.map(refused),
  [
    'no key: a control character; the server itself may refuse it',
    async ({ send, shop }) => {
      expect((await send('/orders', 'a\u0001b', ORDER)).status).toBe(400)
      expect(shop.runs).toBe(0)
    },
  ],
  [
    'no key: two fields',
    async ({ send, shop }) => {
      const got = await send('/orders', newKey(), ORDER, { headers: [['Idempotency-Key', newKey()]] })
      isProblem(got, 400, 'key-invalid')
      expect(shop.runs).toBe(0)
    },
  ],
  [
    '255 characters are a key, escaped ones counted as one; a comma within quotes is part of it',
    async ({ send, shop }) => {
      for (const key of [newKey().padEnd(255, 'k'), `"${newKey().padEnd(253, 'k')}\\"\\\\"`, `"${newKey()},1"`]) {
        const first = await send('/orders', key, ORDER)
        expect(first.status).toBe(201)
        isReplay(await send('/orders', key, ORDER), first)
      }
      expect(shop.runs).toBe(3)
    },
  ],
  [
    'a key is its tenant\u2019s own, whatever the tenant is called',
    async ({ send, shop }) => {
      const key = newKey()
      const accounts = ['acme', 'acme:shop', 'acme:shop.create', `acme${key}`, '4:acme', '%00', '__proto__']
      for (const account of accounts) expect((await send('/orders', key, ORDER, { account })).status).toBe(201)
      expect(shop.runs).toBe(accounts.length)
    },
  ],
  [
    'whoever is not known has no keys',
    async ({ send, shop }) => {
      isProblem(await send('/orders', newKey(), ORDER, { account: undefined }), 401, 'unauthenticated')
      expect(shop.runs).toBe(0)
    },
  ],
  [
    'a key is its operation\u2019s own',
    async ({ send, shop }) => {
      const key = newKey()
      expect((await send('/orders', key, ORDER)).status).toBe(201)
      expect((await send('/once', key, ORDER)).status).toBe(201)
      expect(shop.runs).toBe(2)
    },
  ],
  [
    'two keys with one body are two orders',
    async ({ send, shop }) => {
      const [first, second] = [await send('/orders', newKey(), ORDER), await send('/orders', newKey(), ORDER)]
      expect([first.status, second.status, shop.runs]).toEqual([201, 201, 2])
    },
  ],
  [
    'a key that is older than answers are remembered is refused; a younger one is not',
    async ({ send, shop }) => {
      isProblem(await send('/orders', idempotencyKey(Date.now() - 2 * DAY), ORDER), 410, 'key-expired')
      expect((await send('/orders', idempotencyKey(Date.now() - DAY / 2), ORDER)).status).toBe(201)
      expect(shop.runs).toBe(1)
    },
  ],
  [
    'a stranger\u2019s word about the age of a key does not count',
    async ({ send }) => {
      const got = await send('/orders', newKey(), ORDER, {
        headers: [['Retry-Context', 'call="a", attempt=2, key-age=999999999']],
      })
      expect(got.status).toBe(201)
    },
  ],
  [
    'for how long answers are remembered is said with each',
    async ({ send }) => {
      const key = newKey()
      for (const got of [await send('/orders', key, ORDER), await send('/orders', key, ORDER)]) {
        expect(got.header('idempotency-ttl')).toBe(String(TTL))
      }
    },
  ],
]

function refused([what, field]: readonly [string, string]): Rule {
  return [
    `no key: ${what}`,
    async ({ send, shop }) => {
      isProblem(await send('/orders', field, ORDER), 400, 'key-invalid')
      expect(shop.runs).toBe(0)
    },
  ]
}
