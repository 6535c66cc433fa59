import { expect, test } from 'vitest'
import { OptionError } from '../guard/errors.js'
import { idempotency } from './engine.js'
import { engineSettings, type IdempotencyOptions } from './settings.js'
import { memory } from './stores/memory.js'

const given = { store: memory(), ttl: '24h' } as const

test('what is not said has its default', () => {
  const { store, ttl, lease, wait, timeout, storeTimeout, keep, largestResult, service } = engineSettings(given)
  expect({ store, ttl, lease, wait, timeout, storeTimeout, keep, largestResult, service }).toEqual({
    store: given.store,
    ttl: 86_400_000,
    lease: 30_000,
    wait: 2_000,
    timeout: 300_000,
    storeTimeout: 2_000,
    keep: 'default',
    largestResult: 262_144,
    service: '',
  })
})

test('defaults follow a short lease', () => {
  expect(engineSettings({ ...given, lease: '1s' })).toMatchObject({ lease: 1_000, wait: 1_000, storeTimeout: 500 })
  expect(engineSettings({ ...given, wait: 0, timeout: 'none' })).toMatchObject({ wait: 0, timeout: Infinity })
})

test.for<[string, object]>([
  ['idempotency', []],
  ['idempotency.tll', { tll: '24h' }],
  ['store', { store: undefined }],
  ['store', { store: { ...memory(), close: undefined } }],
  ['store', { store: { ...memory(), reap: 5 } }],
  ['ttl', { ttl: undefined }],
  ['ttl', { ttl: 0 }],
  ['ttl', { ttl: Infinity }],
  ['ttl', { ttl: '3 days' }],
  ['lease', { lease: 0 }],
  ['lease', { lease: -1 }],
  ['wait', { wait: 'none' }],
  ['timeout', { timeout: 0 }],
  ['storeTimeout', { storeTimeout: 0 }],
  ['storeTimeout', { storeTimeout: '16s' }],
  ['keep', { keep: 'everything' }],
  ['classifiers', { classifiers: [5] }],
  ['codec', { codec: { encode: JSON.stringify } }],
  ['largestResult', { largestResult: 0 }],
  ['largestResult', { largestResult: 1.5 }],
  ['service', { service: 5 }],
])('%s: %j is refused where the engine is made', ([option, changes]) => {
  const options = (Array.isArray(changes) ? changes : { ...given, ...changes }) as IdempotencyOptions<never>
  expect(() => idempotency(options)).toThrow(OptionError)
  expect(() => idempotency(options)).toThrow(`option ${option} is`)
})

test('a store with something missing is told what', () => {
  const options = { ...given, store: { ...memory(), renew: undefined } } as unknown as IdempotencyOptions<never>
  expect(() => engineSettings(options)).toThrow('memory(), sqlite(), redis(), postgres() or a store with renew')
})
