/**
 * What the order service promises its dependencies, in one place.
 *
 * Presets carry the rest: budget, governor and a dead-host breaker for each dependency, full jitter, and for
 * background work waits instead of refusals.
 *
 * @module
 */
import { dependency } from 'truce'
import { peer } from 'truce/peer'

/** Background waits are capped lower than the preset's 30 s, so that a short run sees its work finished. */
const SOON = { initial: '250ms', factor: 2, max: '2s', jitter: 'full' } as const

/**
 * A peer honours keys. The inventory remembers one for 24 h; of the two hours between, one is for users who press
 * again (`offer.ts`), one for what is on its way.
 */
const REPEATABLE = { window: '22h' } as const

export function guards() {
  const inventory = dependency('inventory', {
    service: 'order',
    instances: 1,
    concurrency: { limit: 64, queue: 64 },
    peer,
  })
  const warehouse = dependency('warehouse', { service: 'order', instances: 1, peer })
  return {
    availability: inventory.operation('availability', {
      use: 'interactive',
      effect: 'read',
      attemptTimeout: '400ms',
      deadline: '1s',
    }),
    reserve: inventory.operation('reserve', {
      use: 'interactive',
      effect: 'write',
      attemptTimeout: '400ms',
      deadline: '1400ms',
      idempotency: REPEATABLE,
    }),
    /** The same action with the same key, for orders whose reservation was left in doubt. */
    reserveLater: inventory.operation('reserve-later', {
      use: 'background',
      effect: 'write',
      attemptTimeout: '2s',
      backoff: SOON,
      idempotency: REPEATABLE,
    }),
    /** The warehouse takes no keys and is given none: nothing is repeated here that may have been done. `shipping` finds out. */
    fulfil: warehouse.operation('fulfil', { use: 'background', effect: 'write', attemptTimeout: '2s', backoff: SOON }),
    fulfilment: warehouse.operation('fulfilment', {
      use: 'background',
      effect: 'read',
      attemptTimeout: '2s',
      backoff: SOON,
    }),
    /** One event too many or too few is tolerable, so it needs no key and no table. */
    event: warehouse.operation('event', { use: 'interactive', effect: 'write', risk: 'low' }),
  }
}
