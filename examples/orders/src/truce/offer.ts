/**
 * Offer: placing an order, as this service serves it: pressed twice, it is placed once.
 *
 * @module
 */
import { idempotency } from 'truce/idempotency'
import { type SqliteDatabase, sqlite } from 'truce/idempotency/sqlite'
import { service } from 'truce/server'
import { httpIdempotency } from 'truce/server/idempotency'

/** Users press again within minutes. What they press is not older than the keys that the inventory remembers for it. */
const REMEMBERED = '1h'
/** The order stops being worked on; what is not done by then is owed. A second press waits as long for the first one's answer. */
const DEADLINE = '3s'

export function offer(database: SqliteDatabase) {
  const engine = idempotency({ store: sqlite(database), ttl: REMEMBERED, service: 'order' })
  // All users are one shop's here. Elsewhere: whoever has signed in.
  const keyed = httpIdempotency({ engine, tenant: () => 'shop' })
  const place = service('order', { idempotency: keyed }).operation('place', {
    effect: 'write',
    deadline: DEADLINE,
    // Begun again, it makes the same calls with the same keys.
    idempotency: { key: 'optional', mode: 'derived-key', wait: DEADLINE },
  })
  return { place, close: () => engine.close() }
}
