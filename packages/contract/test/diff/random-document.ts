/**
 * Random documents, with every field there is, so that two of them differ anywhere.
 *
 * @module
 */
import fc from 'fast-check'

const ms = fc.constantFrom('100ms', '400ms', '1s', '3s', '1h')
const limit = fc.constantFrom('none', '100ms', '400ms', '1s', '3s')
const share = fc.constantFrom('10%', 0.2, '50%')
const rate = fc.constantFrom('1/s', '60/m', 5)
const count = fc.integer({ min: 1, max: 3 })
const effect = fc.constantFrom('read', 'write')
const mode = fc.constantFrom('enforce', 'observe')
const none = fc.constant('none')

/** Any of the members may be left out. */
const some = (members: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []) =>
  fc.record(members, { requiredKeys })

const words = (...all: string[]) => fc.subarray(all, { minLength: 1 })

const served = some(
  {
    effect,
    urgency: fc.constantFrom('interactive', 'background'),
    deadline: ms,
    latency: some({ p50: ms, p99: ms }),
    rate,
    capacity: rate,
    slo: some({ p99: ms, availability: share }),
    retries: some({ share }),
    idempotency: fc.oneof(
      fc.constant('natural'),
      some({ key: fc.constantFrom('required', 'optional'), ttl: ms, fields: words('a', 'b') }),
    ),
    calls: some({ 'stock.reserve': count, 'stock.look': some({ times: count, concurrent: fc.boolean() }) }),
  },
  ['effect'],
)

const operation = some(
  {
    servedAs: fc.constantFrom('reserve', 'list'),
    use: fc.constantFrom('interactive', 'background', 'baseline', 'stream'),
    effect,
    attempts: count,
    connectTimeout: ms,
    attemptTimeout: fc.oneof(limit, some({ quantile: fc.constantFrom(0.5, 0.9), margin: count, max: ms })),
    deadline: ms,
    backoff: fc.oneof(none, some({ factor: count, jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'none') })),
    retryOn: words('timeout', 'unavailable', 'internal'),
    risk: fc.constantFrom('high', 'low'),
    idempotency: fc.oneof(
      fc.constant('natural'),
      some({ key: fc.constantFrom('{a}', '{b}'), window: ms, profile: fc.constant('stripe') }),
    ),
    owner: fc.oneof(
      fc.constantFrom('order', 'mesh'),
      some({ transient: fc.constant('order'), business: fc.constantFrom('a', 'b') }, ['transient', 'business']),
    ),
    exhausted: fc.oneof(
      fc.constantFrom('fail', 'pending', 'dead-letter'),
      fc.record({ cached: some({ maxAge: ms, key: words('sku', 'tenant'), max: count }) }),
    ),
    immediate: fc.constant('not-sent'),
    mode,
  },
  ['effect'],
)

const depended = some({
  url: fc.constantFrom('http://127.0.0.1:1', 'http://127.0.0.1:2'),
  broker: fc.constantFrom('nats', 'rabbitmq'),
  peer: fc.boolean(),
  agreed: count,
  budget: fc.oneof(
    none,
    some({
      ratio: share,
      scope: fc.constantFrom('process', 'fleet'),
      floor: rate,
      max: rate,
      classes: some({ interactive: share, background: share }),
    }),
  ),
  governor: none,
  breaker: fc.oneof(none, some({ failureRate: share, minimumCalls: count, ramp: ms, slowCall: ms })),
  concurrency: fc.oneof(none, count, fc.constant('adaptive'), some({ limit: count, queue: count }, ['limit'])),
  partition: fc.oneof(fc.constantFrom('host', 'tenant'), some({ by: fc.constant('host'), max: count }, ['by'])),
  mode,
  layers: fc.array(some({ name: fc.constantFrom('istio', 'axios'), attempts: count }, ['name', 'attempts']), {
    maxLength: 3,
  }),
  operations: some({ reserve: operation, look: operation }),
})

/** As JSON, which is YAML; a few of them contradict themselves and are no contract. */
export const randomDocument: fc.Arbitrary<string> = some(
  {
    truce: fc.constant(1),
    service: fc.constant('order'),
    version: count,
    instances: count,
    limits: some({ amplification: count }),
    serves: some({ place: served, cancel: served }),
    depends: some({ stock: depended, mail: depended }),
  },
  ['truce', 'service'],
).map((document) => JSON.stringify(document))
