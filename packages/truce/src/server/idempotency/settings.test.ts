import { describe, expect, test } from 'vitest'
import { idempotency, memory } from '../../idempotency/index.js'
import { sqlite } from '../../idempotency/stores/sqlite/index.js'
import { service } from '../index.js'
import { httpIdempotency } from './index.js'
import type { HttpIdempotencyOptions, HttpIdempotencyRules } from './settings.js'

const engine = idempotency({ store: memory(), ttl: '1h' })
const OPTIONS: HttpIdempotencyOptions = { engine, tenant: () => 'acme' }
const RULES: HttpIdempotencyRules = { key: 'required', mode: 'derived-key' }

const operation = (rules: object, effect: 'read' | 'write' = 'write') =>
  service('shop', { idempotency: httpIdempotency(OPTIONS) }).operation('create', {
    effect,
    idempotency: { ...RULES, ...rules },
  })

describe('of a service', () => {
  test.for([
    [{ engine: {} }, 'engine is'],
    [{ engine: undefined }, 'engine is'],
    [{ tenant: 'acme' }, 'tenant is'],
    [{ tenants: 1 }, 'tenants'],
    [{ header: 'Idempotency Key' }, 'header is'],
    [{ header: '' }, 'header is'],
    [{ maxBody: 0 }, 'maxBody is'],
    [{ maxBody: '1mb' }, 'maxBody is'],
    [{ keepHeaders: ['set-cookie'] }, 'keepHeaders is'],
    [{ describedBy: 'https://a/>; rel="x' }, 'describedBy is'],
    [{ problems: '' }, 'problems is'],
    [{ onError: 'log' }, 'onError is'],
  ] as const)('%j is refused', ([options, says]) => {
    expect(() => httpIdempotency({ ...OPTIONS, ...(options as object) })).toThrow(says)
  })

  test('a service that has none refuses rules', () => {
    const rules = { effect: 'write', idempotency: RULES } as never
    expect(() => service('shop').operation('create', rules)).toThrow('httpIdempotency')
  })
})

describe('of an operation', () => {
  test.for([
    [{ key: 'must' }, "'required', 'optional'"],
    [{ mode: 'exactly-once' }, "'transaction', 'derived-key', 'at-most-once'"],
    [{ fields: [] }, 'fields is'],
    [{ fields: 'sku' }, 'fields is'],
    [{ fields: ['sku'], payload: () => 1 }, 'nothing beside payload'],
    [{ payload: {} }, 'payload is'],
    [{ keep: 'all' }, 'keep is'],
    [{ wait: 'long' }, 'wait is'],
    [{ timeout: 0 }, 'timeout is'],
    [{ outage: 'half' }, 'outage is'],
    [{ age: '1h' }, 'age is'],
    [{ recall: 1 }, 'recall is'],
    [{ reconcile: 1 }, 'reconcile is'],
    [{ retries: 1 }, 'retries'],
    [{ mode: 'at-most-once', keep: 'redrive' }, 'keep is'],
    [{ mode: 'transaction' }, "'derived-key' or 'at-most-once'"],
  ] as const)('%j is refused when it is made, not when the first request comes', ([rules, says]) => {
    expect(() => operation(rules)).toThrow(says)
  })

  test('a read takes none', () => {
    expect(() => operation({}, 'read')).toThrow('nothing for a read')
  })

  test('a transaction of SQLite has to be done in one stretch: no handler of a request is', () => {
    const keyed = httpIdempotency({ engine: idempotency({ store: sqlite(':memory:'), ttl: '1h' }), tenant: () => 'a' })
    const rules = { effect: 'write', idempotency: { key: 'required', mode: 'transaction' } } as const
    expect(() => service('shop', { idempotency: keyed }).operation('create', rules)).toThrow('synchronous')
  })
})
