/**
 * Every rule of `diff`, by one change and its reverse: whom each of them breaks.
 *
 * @module
 */
import type { Place } from './documents.js'

type Verdict = 'breaks' | 'compatible'

/** From `before` to `after`, and back. */
export interface Example {
  readonly rule: string
  readonly place: Place
  readonly before: string
  readonly after: string
  readonly there: Verdict
  readonly back: Verdict
}

/** Tighter to looser breaks, looser to tighter does not. */
const oneWay = (rule: string, place: Place, before: string, after: string): Example => ({
  rule,
  place,
  before,
  after,
  there: 'breaks',
  back: 'compatible',
})

const both = (rule: string, place: Place, before: string, after: string): Example => ({
  ...oneWay(rule, place, before, after),
  back: 'breaks',
})

const neither = (rule: string, place: Place, before: string, after: string): Example => ({
  ...oneWay(rule, place, before, after),
  there: 'compatible',
})

const key = (rest: string) => `idempotency: { key: required, ${rest} }`
const sent = (rest: string) => `idempotency: { key: '{a}', ${rest} }`
const cached = (rest: string) => `exhausted: { cached: { maxAge: 30s, key: [sku], ${rest} } }`
const adaptive = (rest: string) => `attemptTimeout: { max: 2s, ${rest} }`
const counts = (rest: string) => `breaker: { kind: count, ${rest} }`

const DOCUMENT: readonly Example[] = [
  both('service', 'top', 'service: order', 'service: orders'),
  oneWay('version', 'top', 'version: 4', 'version: 3'),
  oneWay('limits.amplification', 'top', 'limits: { amplification: 4 }', 'limits: { amplification: 6 }'),
  neither('instances', 'top', 'instances: 10', 'instances: 20'),
]

const SERVED: readonly Example[] = [
  both('serves.effect', 'served', '', 'effect: read'),
  oneWay('serves.urgency', 'served', 'urgency: interactive', 'urgency: background'),
  both('serves.deadline', 'served', 'deadline: 2s', 'deadline: 3s'),
  oneWay('serves.deadline', 'served', 'deadline: 2s, slo: { p99: 1s }', 'deadline: 3s, slo: { p99: 1s }'),
  both('serves.deadline', 'served', 'deadline: 2s, slo: { p99: 3s }', 'deadline: 3s, slo: { p99: 3s }'),
  neither('serves.latency.p50', 'served', 'latency: { p50: 10ms }', 'latency: { p50: 20ms }'),
  oneWay('serves.latency.p99', 'served', 'latency: { p99: 100ms }', 'latency: { p99: 200ms }'),
  neither('serves.latency.p99', 'served', '', 'latency: { p99: 200ms }'),
  both('serves.rate', 'served', 'rate: 100/s', 'rate: 200/s'),
  oneWay('serves.rate', 'served', 'rate: 100/s', ''),
  oneWay('serves.rate', 'served', 'calls: {}, rate: 200/s', 'calls: {}, rate: 100/s'),
  oneWay('serves.capacity', 'served', 'capacity: 600/s', 'capacity: 500/s'),
  oneWay('serves.capacity', 'served', 'capacity: 600/s', ''),
  oneWay('serves.slo.p99', 'served', 'slo: { p99: 1s }', 'slo: { p99: 2s }'),
  oneWay('serves.slo.p99', 'served', 'slo: { p99: 1s }', ''),
  oneWay('serves.slo.availability', 'served', 'slo: { availability: 99.9% }', 'slo: { availability: 99% }'),
  oneWay('serves.slo.availability', 'served', 'slo: { availability: 99.9% }', ''),
  oneWay('serves.retries.share', 'served', 'retries: { share: 20% }', 'retries: { share: 10% }'),
  oneWay('serves.retries.share', 'served', '', 'retries: { share: 10% }'),
  oneWay('serves.idempotency', 'served', 'idempotency: { key: optional }', 'idempotency: { key: required }'),
  oneWay('serves.idempotency', 'served', 'idempotency: { key: optional }', ''),
  oneWay('serves.idempotency', 'served', 'idempotency: natural', 'idempotency: { key: optional }'),
  oneWay('serves.idempotency', 'served', 'idempotency: natural', 'idempotency: { key: required }'),
  oneWay('serves.idempotency', 'served', 'idempotency: natural', ''),
  both('serves.idempotency', 'served', '', 'idempotency: { key: required, ttl: 1h }'),
  oneWay('serves.idempotency.ttl', 'served', key('ttl: 72h'), key('ttl: 24h')),
  oneWay('serves.idempotency.ttl', 'served', key('ttl: 72h'), key('')),
  both('serves.idempotency.fields', 'served', key('fields: [a]'), key('fields: [a, b]')),
  both('serves.idempotency.fields', 'served', key(''), key('fields: [a, b]')),
  neither('serves.calls', 'served', '', 'calls: { other.thing: 1, stock.reserve: 1 }'),
  oneWay('serves.calls', 'served', 'calls: {}', ''),
  oneWay('serves.calls.times', 'served', '', 'calls: { stock.reserve: 2 }'),
  oneWay('serves.calls.concurrent', 'served', '', 'calls: { stock.reserve: { times: 1, concurrent: true } }'),
]

const DEPENDED: readonly Example[] = [
  neither('depends.url', 'depended', 'url: http://127.0.0.1:1', 'url: http://127.0.0.1:2'),
  both('depends.broker', 'depended', 'broker: rabbitmq', 'broker: nats'),
  both('depends.broker', 'depended', '', 'broker: nats'),
  oneWay('depends.deliveries', 'depended', 'broker: nats, deliveries: 3', 'broker: nats, deliveries: 5'),
  oneWay('depends.deliveries', 'depended', 'broker: nats, deliveries: 3', 'broker: nats'),
  oneWay('depends.peer', 'depended', 'peer: true', 'peer: false'),
  oneWay('depends.agreed', 'depended', 'agreed: 3', 'agreed: 2'),
  oneWay('depends.agreed', 'depended', 'agreed: 3', ''),
  oneWay('depends.budget', 'depended', '', 'budget: none'),
  oneWay('depends.budget.ratio', 'depended', 'budget: { ratio: 20% }', 'budget: { ratio: 30% }'),
  oneWay('depends.budget.scope', 'depended', 'budget: { scope: fleet }', 'budget: { scope: process }'),
  oneWay('depends.budget.floor', 'depended', 'budget: { floor: 1/s }', 'budget: { floor: 2/s }'),
  oneWay('depends.budget.floor', 'depended', '', 'budget: { floor: 2/s }'),
  oneWay('depends.budget.max', 'depended', 'budget: { max: 1/s }', 'budget: { max: 2/s }'),
  oneWay('depends.budget.max', 'depended', 'budget: { max: 1/s }', ''),
  neither(
    'depends.budget.classes',
    'depended',
    'budget: { classes: { background: 10% } }',
    'budget: { classes: { background: 20% } }',
  ),
  oneWay('depends.governor', 'depended', '', 'governor: none'),
  oneWay('depends.breaker', 'depended', '', 'breaker: none'),
  both('depends.breaker.kind', 'depended', 'breaker: { kind: time }', 'breaker: { kind: count }'),
  oneWay(
    'depends.breaker.failures',
    'depended',
    'breaker: { kind: consecutive }',
    'breaker: { kind: consecutive, failures: 9 }',
  ),
  oneWay('depends.breaker.size', 'depended', counts(''), counts('size: 200')),
  oneWay('depends.breaker.window', 'depended', 'breaker: { window: 10s }', 'breaker: { window: 20s }'),
  oneWay('depends.breaker.failureRate', 'depended', 'breaker: { failureRate: 50% }', 'breaker: { failureRate: 60% }'),
  oneWay('depends.breaker.failureRate', 'depended', 'breaker: { window: 10s }', ''),
  oneWay('depends.breaker.openRate', 'depended', 'breaker: { openRate: 0.8 }', 'breaker: { openRate: 90% }'),
  oneWay('depends.breaker.minimumCalls', 'depended', 'breaker: {}', 'breaker: { minimumCalls: 30 }'),
  oneWay('depends.breaker.slowCall', 'depended', 'breaker: { slowCall: 1s }', 'breaker: { slowCall: 2s }'),
  oneWay('depends.breaker.slowCall', 'depended', 'breaker: { slowCall: 1s }', 'breaker: {}'),
  oneWay('depends.breaker.slowRate', 'depended', 'breaker: { slowRate: 50% }', 'breaker: {}'),
  oneWay('depends.breaker.cooldown', 'depended', 'breaker: { cooldown: 1s }', 'breaker: { cooldown: 100ms }'),
  oneWay('depends.breaker.cooldownMax', 'depended', 'breaker: { cooldownMax: 9s }', 'breaker: {}'),
  oneWay('depends.breaker.probes', 'depended', 'breaker: {}', 'breaker: { probes: 9 }'),
  oneWay('depends.breaker.closeAfter', 'depended', 'breaker: {}', 'breaker: { closeAfter: 1 }'),
  oneWay('depends.breaker.ramp', 'depended', 'breaker: {}', 'breaker: { ramp: 100ms }'),
  oneWay('depends.concurrency', 'depended', 'concurrency: 10', ''),
  oneWay('depends.concurrency', 'depended', 'concurrency: 10', 'concurrency: adaptive'),
  oneWay('depends.concurrency.limit', 'depended', 'concurrency: 10', 'concurrency: 20'),
  oneWay('depends.concurrency.limit', 'depended', 'concurrency: 10', 'concurrency: { limit: 20 }'),
  oneWay('depends.concurrency.max', 'depended', 'concurrency: { limit: adaptive, max: 50 }', 'concurrency: adaptive'),
  oneWay('depends.concurrency.min', 'depended', 'concurrency: adaptive', 'concurrency: { limit: adaptive, min: 9 }'),
  neither(
    'depends.concurrency.initial',
    'depended',
    'concurrency: adaptive',
    'concurrency: { limit: adaptive, initial: 9 }',
  ),
  neither('depends.concurrency.queue', 'depended', 'concurrency: 10', 'concurrency: { limit: 10, queue: 5 }'),
  neither('depends.partition', 'depended', '', 'partition: host'),
  neither('depends.partition.by', 'depended', 'partition: host', 'partition: tenant'),
  neither('depends.partition.max', 'depended', 'partition: host', 'partition: { by: host, max: 5 }'),
  oneWay('depends.mode', 'depended', '', 'mode: observe'),
  oneWay('depends.layers', 'depended', '', 'layers: [{ name: istio, attempts: 3 }]'),
  neither('depends.layers', 'depended', '', 'layers: [{ name: istio, attempts: 1 }]'),
  oneWay('depends.layers', 'depended', 'layers: [{ name: a, attempts: 2 }]', 'layers: [{ name: a, attempts: 3 }]'),
  neither(
    'depends.layers',
    'depended',
    'layers: [{ name: a, attempts: 2 }, { name: b, attempts: 2 }]',
    'layers: [{ name: b, attempts: 2 }, { name: a, attempts: 2 }]',
  ),
  neither('depends.operations', 'depended', 'operations: {}', 'operations: { reserve: { effect: write } }'),
]

const OPERATION: readonly Example[] = [
  both('depends.operations.servedAs', 'operation', '', 'servedAs: list'),
  neither('depends.operations.use', 'operation', 'use: baseline', 'use: background'),
  both('depends.operations.effect', 'operation', '', 'effect: read'),
  oneWay('depends.operations.attempts', 'operation', 'attempts: 3', 'attempts: 4'),
  neither('depends.operations.connectTimeout', 'operation', 'connectTimeout: 1s', 'connectTimeout: 2s'),
  oneWay('depends.operations.attemptTimeout', 'operation', 'attemptTimeout: 2s', 'attemptTimeout: 1s'),
  oneWay('depends.operations.attemptTimeout', 'operation', 'attemptTimeout: none', 'attemptTimeout: 1s'),
  oneWay('depends.operations.attemptTimeout.quantile', 'operation', 'attemptTimeout: 2s', adaptive('quantile: 0.9')),
  oneWay('depends.operations.attemptTimeout.quantile', 'operation', adaptive(''), adaptive('quantile: 0.9')),
  oneWay('depends.operations.attemptTimeout.margin', 'operation', adaptive(''), adaptive('margin: 0.1')),
  oneWay('depends.operations.attemptTimeout.min', 'operation', adaptive(''), adaptive('min: 10ms')),
  oneWay('depends.operations.deadline', 'operation', 'deadline: 1s', 'deadline: 2s'),
  oneWay('depends.operations.backoff', 'operation', '', 'backoff: none'),
  oneWay(
    'depends.operations.backoff.initial',
    'operation',
    'backoff: { initial: 100ms }',
    'backoff: { initial: 50ms }',
  ),
  oneWay('depends.operations.backoff.factor', 'operation', 'backoff: { factor: 3 }', 'backoff: { factor: 2 }'),
  oneWay('depends.operations.backoff.max', 'operation', 'backoff: { max: 3s }', 'backoff: { max: 1s }'),
  oneWay('depends.operations.backoff.jitter', 'operation', 'backoff: { jitter: full }', 'backoff: { jitter: equal }'),
  oneWay('depends.operations.backoff.jitter', 'operation', 'backoff: { jitter: equal }', 'backoff: { jitter: none }'),
  neither('depends.operations.backoff.jitter', 'operation', '', 'backoff: { jitter: decorrelated }'),
  oneWay('depends.operations.retryOn', 'operation', 'retryOn: [timeout]', 'retryOn: [timeout, internal]'),
  both('depends.operations.retryOn', 'operation', 'retryOn: [timeout]', 'retryOn: [internal]'),
  oneWay('depends.operations.risk', 'operation', 'risk: high', 'risk: low'),
  oneWay('depends.operations.idempotency', 'operation', sent(''), ''),
  oneWay('depends.operations.idempotency', 'operation', '', 'idempotency: natural'),
  oneWay('depends.operations.idempotency', 'operation', sent(''), 'idempotency: natural'),
  both('depends.operations.idempotency.key', 'operation', sent(''), "idempotency: { key: '{b}' }"),
  oneWay('depends.operations.idempotency.window', 'operation', sent('window: 24h'), sent('window: 48h')),
  oneWay('depends.operations.idempotency.window', 'operation', sent('window: 24h'), sent('')),
  both('depends.operations.idempotency.profile', 'operation', sent(''), sent('profile: stripe')),
  both('depends.operations.owner', 'operation', 'owner: order', 'owner: mesh'),
  both('depends.operations.owner', 'operation', '', 'owner: mesh'),
  neither('depends.operations.owner', 'operation', '', 'owner: order'),
  both('depends.operations.owner', 'operation', 'owner: order', 'owner: { transient: order, business: shop }'),
  oneWay('depends.operations.exhausted', 'operation', 'exhausted: fail', 'exhausted: pending'),
  oneWay('depends.operations.exhausted', 'operation', 'exhausted: dead-letter', 'exhausted: fail'),
  neither('depends.operations.exhausted', 'operation', '', 'exhausted: fail'),
  oneWay(
    'depends.operations.exhausted.cached.maxAge',
    'operation',
    cached('max: 1'),
    'exhausted: { cached: { maxAge: 60s, key: [sku], max: 1 } }',
  ),
  oneWay(
    'depends.operations.exhausted.cached.key',
    'operation',
    'exhausted: { cached: { maxAge: 30s, key: [sku, tenant] } }',
    cached(''),
  ),
  neither('depends.operations.exhausted.cached.max', 'operation', cached(''), cached('max: 9')),
  neither(
    'depends.operations.fallback',
    'operation',
    'exhausted: fallback, fallback: a',
    'exhausted: fallback, fallback: b',
  ),
  oneWay('depends.operations.hedge', 'operation', '', 'hedge: { after: 100ms }'),
  both('depends.operations.hedge', 'operation', 'hedge: { after: { quantile: 0.9 } }', 'hedge: { after: 100ms }'),
  oneWay('depends.operations.hedge.after', 'operation', 'hedge: { after: 100ms }', 'hedge: { after: 50ms }'),
  oneWay('depends.operations.hedge.max', 'operation', 'hedge: { after: 100ms }', 'hedge: { after: 100ms, max: 2 }'),
  neither('depends.operations.degradeWhen', 'operation', cached(''), `${cached('')}, degradeWhen: { budget: 5 }`),
  neither('depends.operations.immediate', 'operation', '', 'immediate: not-sent'),
  oneWay('depends.operations.idle', 'operation', 'use: stream', 'use: stream, idle: 10s'),
  oneWay('depends.operations.mode', 'operation', '', 'mode: observe'),
]

export const EXAMPLES: readonly Example[] = [...DOCUMENT, ...SERVED, ...DEPENDED, ...OPERATION]
