/**
 * Placing an order with hand-written retries at two layers: this handler tries three times, and so does the
 * client it calls. Nine attempts for one wish; nobody ever decided that.
 *
 * @module
 */
import { requests } from '../order/ask.js'
import type { Order, OrderStore, Told } from '../order/store.js'
import { threeTries } from './inventory-client.js'

export function handwrittenOrders(store: OrderStore, inventory: string, warehouse: string) {
  async function placeOrder(order: Order): Promise<Told> {
    try {
      store.asks('availability', order.id)
      await again(() => threeTries(requests.availability(inventory, order.sku), order.id))
      store.asks('reserve', order.id)
      await again(() => threeTries(requests.reserve(inventory, order), order.id))
    } catch {
      store.fail(order.id)
      return 'failed'
    }
    store.confirm(order.id, 'none')
    inTheBackground(threeTries(requests.fulfil(warehouse, order.id), order.id))
    inTheBackground(threeTries(requests.event(warehouse, order.id, 'confirmed'), order.id))
    return 'confirmed'
  }
  return { placeOrder, operation: undefined, open: () => 0, parked: () => 0, close: () => Promise.resolve() }
}

async function again<T>(call: () => Promise<T>): Promise<T> {
  let failure: unknown
  for (let i = 0; i < 3; i++) {
    try {
      return await call()
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** Sent and forgotten: when it fails three times, nobody remembers that it was owed. */
function inTheBackground(work: Promise<unknown>): void {
  work.catch(() => undefined)
}
