/**
 * Offer: placing an order, as this service serves it: pressed twice, it is placed once.
 *
 * @module
 */
import type { Guards } from '@truce/contract'
import { idempotency } from 'truce/idempotency'
import { type SqliteDatabase, sqlite } from 'truce/idempotency/sqlite'
import { service } from 'truce/server'
import { httpIdempotency } from 'truce/server/idempotency'
import { remembered } from '../contracts.js'

export function offer(database: SqliteDatabase, contract: Guards) {
  const served = contract.served('place')
  const { ttl, rules } = remembered(contract, 'place')
  const engine = idempotency({ store: sqlite(database), ttl, service: 'order' })
  // All users are one shop's here. Elsewhere: whoever has signed in.
  const keyed = httpIdempotency({ engine, tenant: () => 'shop' })
  const place = service('order', { idempotency: keyed }).operation('place', {
    ...served,
    // Begun again, it makes the same calls with the same keys. A second press waits as long as the first is worked on.
    idempotency: { ...rules, mode: 'derived-key', wait: served.deadline },
  })
  return { place, close: () => engine.close() }
}
