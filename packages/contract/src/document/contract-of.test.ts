import { BUDGET, PRESETS, type PresetName } from 'truce/policy'
import { describe, expect, test } from 'vitest'
import type { Operation } from './model.js'
import { parseDocument } from './parse.js'

const contractOf = (text: string) => {
  const { contract, problems } = parseDocument(text, 'truce.yaml')
  expect(problems).toEqual([])
  return contract
}
const operationOf = (fields: string): Operation | undefined =>
  contractOf(`{ truce: 1, service: a, depends: { x: { operations: { o: { effect: write, ${fields} } } } } }`)
    ?.depends.get('x')
    ?.operations.get('o')

test('a document of two lines: what counts where it says nothing', () => {
  const contract = contractOf('truce: 1\nservice: order-api\n')
  expect(contract).toMatchObject({ version: 1, instances: 1, limits: { amplification: 4 } })
  expect(contract?.serves.size).toBe(0)
  expect(contract?.depends.size).toBe(0)
})

describe('presets are those of the guard', () => {
  test.each(Object.keys(PRESETS) as PresetName[])('%s', (use) => {
    const { attempts, backoff, attemptTimeout, deadline, idle } = { idle: undefined, ...PRESETS[use] }
    expect(operationOf(`use: ${use}`)).toMatchObject({ use, attempts, backoff, attemptTimeout, deadline, idle })
  })

  test('without one, baseline', () => {
    expect(operationOf('')).toMatchObject({ use: 'baseline', attempts: 3, deadline: 10_000 })
  })

  test('every field may be overridden', () => {
    const fields = 'use: background, attempts: 2, attemptTimeout: none, deadline: 1m, backoff: { initial: 1m }'
    expect(operationOf(fields)).toMatchObject({
      attempts: 2,
      attemptTimeout: Number.POSITIVE_INFINITY,
      deadline: 60_000,
      backoff: { initial: 60_000, factor: 2, max: 60_000, jitter: 'full' },
    })
  })
})

test('defaults of a dependency', () => {
  const depended = contractOf('{ truce: 1, service: a, depends: { x: {} } }')?.depends.get('x')
  expect(depended).toMatchObject({
    peer: false,
    budget: { ratio: BUDGET.ratio, scope: 'process', floor: undefined, max: undefined },
    governor: 'default',
    breaker: 'default',
    concurrency: 'none',
    mode: 'enforce',
    layers: [],
  })
})

test.each<[fields: string, expected: object]>([
  ['', { risk: 'high', exhausted: undefined, idempotency: undefined, mode: 'enforce' }],
  ['use: background', { attempts: Number.POSITIVE_INFINITY, exhausted: { kind: 'dead-letter' } }],
  ['fallback: f', { exhausted: { kind: 'fallback' } }],
  ['exhausted: cached', { exhausted: { kind: 'cached', maxAge: undefined } }],
  [
    'exhausted: { cached: { maxAge: 30s, key: [sku] } }',
    { exhausted: { kind: 'cached', maxAge: 30_000, key: ['sku'] } },
  ],
  ['idempotency: natural', { idempotency: { kind: 'natural' } }],
  ['idempotency: {}', { idempotency: { kind: 'key', key: undefined, window: Number.POSITIVE_INFINITY } }],
  ['attemptTimeout: { max: 2s }', { attemptTimeout: 2_000, adaptiveTimeout: { max: 2_000 } }],
  ['attemptTimeout: { quantile: 0.9 }', { attemptTimeout: 3_000, adaptiveTimeout: { quantile: 0.9 } }],
  ['hedge: { after: 50ms }', { hedge: { after: 50, max: 1 } }],
  ['hedge: { after: { quantile: 0.95 }, max: 2 }', { hedge: { after: { quantile: 0.95 }, max: 2 } }],
])('an operation with %s', (fields, expected) => {
  expect(operationOf(fields)).toMatchObject(expected)
})

test('units are read: ms, a second, shares from 0 to 1', () => {
  const contract = contractOf(`
truce: 1
service: a
serves:
  place:
    effect: write
    rate: 120/m
    capacity: 7200/h
    slo: { p99: 3500ms, availability: 99.9% }
    retries: { share: 10% }
    idempotency: { ttl: 72h }
    calls: { x.v1.o: 2, x.p: { times: 3, concurrent: true } }
depends:
  x:
    budget: { floor: 30/m, classes: { interactive: 50% } }
    breaker: { window: 10s, failureRate: 50%, kind: time }
`)
  expect(contract?.serves.get('place')).toMatchObject({
    rate: 2,
    capacity: 2,
    slo: { p99: 3_500, availability: 0.999 },
    retriesShare: 0.1,
    idempotency: { kind: 'key', key: 'required', ttl: 259_200_000, fields: undefined },
    calls: [
      { dependency: 'x', operation: 'v1.o', times: 2, concurrent: false },
      { dependency: 'x', operation: 'p', times: 3, concurrent: true },
    ],
  })
  expect(contract?.depends.get('x')).toMatchObject({
    budget: { floor: 0.5, classes: { interactive: 0.5 } },
    breaker: { window: 10_000, failureRate: 0.5, kind: 'time' },
  })
})

test('what an operation says of partitions and mode counts: the one for all of its dependency, the other for itself', () => {
  const depended = contractOf(
    '{ truce: 1, service: a, depends: { x: { mode: observe, operations: { o: { effect: read, partition: host, mode: enforce }, p: { effect: read } } } } }',
  )?.depends.get('x')
  expect(depended?.partition).toEqual({ by: 'host', max: undefined })
  expect(depended?.operations.get('o')?.mode).toBe('enforce')
  expect(depended?.operations.get('p')?.mode).toBe('observe')
})

test('where a member stands; unwritten, the nearest above it', () => {
  const contract = contractOf('truce: 1\nservice: a\ndepends:\n  x:\n    layers: [{ name: istio, attempts: 3 }]\n')
  expect(contract?.at(['depends', 'x', 'layers', 0, 'attempts'])).toEqual({ line: 5, column: 29 })
  expect(contract?.at(['depends', 'x', 'budget', 'ratio'])).toEqual({ line: 4, column: 3 })
  expect(contract?.at(['serves'])).toEqual({ line: 1, column: 1 })
  expect(contract?.written(['depends', 'x', 'layers'])).toBe(true)
  expect(contract?.written(['depends', 'x', 'budget'])).toBe(false)
})
