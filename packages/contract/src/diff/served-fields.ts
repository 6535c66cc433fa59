/**
 * What a document promises its callers, as fields.
 *
 * @module
 */
import type { Served } from '../document/model.js'
import { type Field, fieldsOf, namedFields } from './field.js'

export function servedFields(served: Served): readonly Field[] {
  return fieldsOf('serves', served.path, (add) => {
    add('effect', served.effect)
    add('urgency', served.urgency)
    add('deadline', served.deadline)
    add(['latency', 'p50'], served.latency.p50)
    add(['latency', 'p99'], served.latency.p99)
    add('rate', served.rate)
    add('capacity', served.capacity)
    add(['slo', 'p99'], served.slo.p99)
    add(['slo', 'availability'], served.slo.availability)
    add(['retries', 'share'], served.retriesShare)
    add('idempotency', idempotencyKind(served), idempotencyFields(served))
  }).concat(callFields(served))
}

function idempotencyKind({ idempotency }: Served): string | undefined {
  return idempotency?.kind === 'key' ? `key ${idempotency.key}` : idempotency?.kind
}

function idempotencyFields({ idempotency, path }: Served): readonly Field[] {
  if (idempotency?.kind !== 'key') return []
  return fieldsOf('serves.idempotency', [...path, 'idempotency'], (add) => {
    add('ttl', idempotency.ttl)
    add('fields', idempotency.fields?.toSorted())
  })
}

function callFields({ calls, path }: Served): readonly Field[] {
  const at = [...path, 'calls']
  return namedFields(
    'serves.calls',
    at,
    calls.map((call) => [
      call.target,
      'called',
      fieldsOf('serves.calls', [...at, call.target], (add) => {
        add('times', call.times)
        add('concurrent', call.concurrent)
      }),
    ]),
  )
}
