import { describe, expect, test } from 'vitest'
import { OptionError } from '../guard/errors.js'
import { idempotencyKey } from './key.js'
import { checkKeyOf, checkRequest, type Request } from './request.js'
import { engineSettings } from './settings.js'
import type { IdempotencyStore } from './store.js'
import { memory } from './stores/memory.js'

const settings = engineSettings({ store: memory(), ttl: '24h', keep: 'success-only', timeout: '1m' })
const transactional = engineSettings({
  store: { ...memory(), transact: () => expect.fail('not asked') } as unknown as IdempotencyStore<string>,
  ttl: '24h',
})
const request = { tenant: 'acme', operation: 'orders.create', key: 'k', payload: null, mode: 'at-most-once' } as const
type Any = Request<'at-most-once', unknown, never>

test('what is not said is as the engine has it', () => {
  expect(checkRequest(request, settings)).toMatchObject({
    wait: 2_000,
    timeout: 60_000,
    keep: 'success-only',
    open: false,
    age: undefined,
    born: undefined,
  })
  const own = { ...request, wait: '5s', timeout: 'none', keep: 'stripe-v1', outage: 'open', age: '1h' } as const
  expect(checkRequest(own, settings)).toMatchObject({
    wait: 5_000,
    timeout: Infinity,
    keep: 'stripe-v1',
    open: true,
    age: 3_600_000,
  })
})

test('a key that knows its age tells it, unless it is of something else', () => {
  const dated = { ...request, key: idempotencyKey(1_790_000_000_000) }
  expect(checkRequest(dated, settings)).toMatchObject({ born: 1_790_000_000_000, age: undefined })
  expect(checkRequest({ ...dated, age: 'none' }, settings)).toMatchObject({ born: undefined, age: undefined })
  expect(checkRequest({ ...dated, age: 0 }, settings)).toMatchObject({ age: 0 })
})

describe('refused', () => {
  test.for<[string, Partial<Record<keyof Any, unknown>>]>([
    ['fields', { fields: [] }],
    ['fields', { fields: 'sku' }],
    ['fields', { fields: [5] }],
    ['age', { age: 'old' }],
    ['age', { age: -1 }],
    ['wait', { wait: '2' }],
    ['timeout', { timeout: 0 }],
    ['keep', { keep: 'all' }],
    ['keep', { keep: 'redrive' }],
    ['outage', { outage: true }],
    ['reconcile', { reconcile: true }],
    ['recall', { recall: 'select' }],
    ['signal', { signal: {} }],
    ['signal', { signal: new AbortController() }],
    ['within', { within: 'tx' }],
    ['mode', { mode: 'transaction' }],
  ])('%s: %j', ([option, changes]) => {
    const asked = { ...request, ...changes } as Any
    expect(() => checkRequest(asked, settings)).toThrow(OptionError)
    expect(() => checkRequest(asked, settings)).toThrow(`option ${option} is`)
  })

  test.for<[string, object]>([
    ['reconcile', { mode: 'transaction', reconcile: () => 'unknown' }],
    ['outage', { mode: 'transaction', outage: 'open' }],
    ['within', { mode: 'derived-key', within: 'tx' }],
  ])('what contradicts the mode: %s of %j', ([option, changes]) => {
    const asked = { ...request, ...changes } as Request<'at-most-once', unknown, string>
    expect(() => checkRequest(asked, transactional)).toThrow(`option ${option} is`)
  })

  test('a key of nothing', () => {
    expect(() => checkKeyOf(undefined as never)).toThrow(/undefined/)
    expect(() => checkKeyOf({ tenant: 'a', operation: '', key: 'k' })).toThrow('option operation is ""')
  })
})
