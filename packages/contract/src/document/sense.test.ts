import { describe, expect, test } from 'vitest'
import { parseDocument } from './parse.js'

const document = (own: string, operation: string) =>
  `{ truce: 1, service: a, depends: { x: { ${own} operations: { o: { effect: read, ${operation} } } } } }`

/** What is written, where the problem is, what is said; and the nearest that is right. */
const table: [what: string, own: string, operation: string, path: string, message: string, right: string][] = [
  ['deliveries without a broker', 'deliveries: 3,', '', 'deliveries', 'no broker', 'deliveries: 3, broker: nats,'],
  ['classes above 100%', 'budget: { classes: { interactive: 60%, background: 50% } },', '', 'budget.classes', '110%', 'budget: { classes: { interactive: 60%, background: 40% } },'],
  ['a field of another kind', 'breaker: { kind: count, window: 10s },', '', 'breaker.window', 'kind count', 'breaker: { kind: count, size: 50 },'],
  ['failures without consecutive', 'breaker: { failures: 5 },', '', 'breaker.failures', 'kind time', 'breaker: { kind: consecutive, failures: 5 },'],
  ['a breaker that never opens', 'breaker: { kind: count, size: 10 },', '', 'breaker.size', 'never opens', 'breaker: { kind: count, size: 20 },'],
  ['openRate below failureRate', 'breaker: { failureRate: 90%, openRate: 80% },', '', 'breaker.openRate', '90%', 'breaker: { failureRate: 80%, openRate: 80% },'],
  ['a breaker that never closes', 'breaker: { probes: 1, closeAfter: 2 },', '', 'breaker.closeAfter', 'never closes', 'breaker: { probes: 2, closeAfter: 2 },'],
  ['cooldownMax below cooldown', 'breaker: { cooldown: 5s, cooldownMax: 2s },', '', 'breaker.cooldownMax', '5000 ms', 'breaker: { cooldown: 2s, cooldownMax: 2s },'],
  ['bounds of a fixed limit', 'concurrency: { limit: 5, max: 9 },', '', 'concurrency.max', 'adaptive only', 'concurrency: { limit: adaptive, max: 20 },'],
  ['max below min', 'concurrency: { limit: adaptive, min: 30, max: 9 },', '', 'concurrency.max', 'below min', 'concurrency: { limit: adaptive, min: 30, max: 30 },'],
  ['initial out of bounds', 'concurrency: { limit: adaptive, max: 9, initial: 10 },', '', 'concurrency.initial', '1 to 9', 'concurrency: { limit: adaptive, max: 9, initial: 9 },'],
  ['two partitions', 'partition: host,', 'partition: tenant', 'operations.o.partition', 'whole dependency', 'partition: tenant,'],
  ['max below initial', '', 'backoff: { initial: 2s, max: 1s }', 'operations.o.backoff.max', '2000 ms', ''],
  ['idle without a stream', '', 'idle: 3s', 'operations.o.idle', 'use: stream', ''],
  ['a fallback that never stands in', '', 'fallback: f, exhausted: fail', 'operations.o.fallback', 'exhausted: fail', ''],
  ['degradeWhen without a stand-in', '', 'degradeWhen: { breaker: shedding }', 'operations.o.degradeWhen', 'stand in', ''],
  ['a hedge of one attempt', '', 'attempts: 1, hedge: { after: 50ms }', 'operations.o.hedge', 'an attempt too', ''],
  ['a hedge that is too late', '', 'hedge: { after: 3s }', 'operations.o.hedge.after', '3000 ms', ''],
  ['a shortest above the longest', '', 'attemptTimeout: { min: 4s }', 'operations.o.attemptTimeout.min', '3000 ms', ''],
] // prettier-ignore

describe('fields that contradict each other', () => {
  test.each(table)('%s', (_, own, operation, path, message, right) => {
    const { contract, problems } = parseDocument(document(own, operation), 'truce.yaml')
    expect(contract).toBeUndefined()
    expect(problems).toMatchObject([{ path: `depends.x.${path}`, message: expect.stringContaining(message) }])
    if (right !== '') expect(parseDocument(document(right, ''), 'truce.yaml').problems).toEqual([])
  })
})

test.each([
  'backoff: { initial: 2s, max: 2s }',
  'use: stream, idle: 3s',
  'fallback: f, exhausted: fallback',
  'fallback: f',
  'exhausted: fallback',
  'fallback: f, degradeWhen: { breaker: shedding }',
  'attempts: 2, hedge: { after: 50ms }',
  'hedge: { after: 2999ms }',
  'attemptTimeout: { min: 4s, max: 4s }',
])('right: %s', (operation) => {
  expect(parseDocument(document('', operation), 'truce.yaml').problems).toEqual([])
})
