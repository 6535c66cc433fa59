/**
 * Placing an order with Truce: one layer retries, with a key; what cannot be had now is owed, not lost.
 *
 * Availability falls back to the last known value. A reservation in doubt leaves the order `pending` in the
 * order's own database, and the background finishes it with the same key: at most one reservation, whichever
 * attempt took effect. Fulfilment is owed from the moment of confirmation, in the same row.
 *
 * @module
 */
import { join } from 'node:path'
import { attemptLog } from 'truce/telemetry'
import { requests, send } from '../order/ask.js'
import type { Order, OrderStore, Told } from '../order/store.js'
import { now } from '../services/worked.js'
import { fresh } from './fresh.js'
import { guards } from './guards.js'
import { worklist } from './worklist.js'

/** An order may be accepted on stock that was read this long ago. */
const AVAILABILITY_MAX_AGE_MS = 30_000

const reservationKey = (order: string, line: number) => `${order}_line_${line}_reservation`

export function truceOrders(store: OrderStore, inventory: string, warehouse: string, folder: string) {
  const log = attemptLog({ path: join(folder, 'order.attempts.jsonl'), service: 'order', instance: 'order-1' })
  const guard = guards()
  const stock = fresh<number>(AVAILABILITY_MAX_AGE_MS)

  async function available({ id, sku, quantity }: Order): Promise<boolean> {
    store.asks('availability', id)
    const outcome = await guard.availability.outcome(({ signal, headers }) =>
      send(requests.availability(inventory, sku), id, signal, headers),
    )
    if (outcome.ok) {
      const answer = (await outcome.value.json()) as { available: number }
      stock.keep(sku, answer.available, now())
    }
    return (stock.recall(sku, now()) ?? 0) >= quantity
  }

  async function placeOrder(order: Order): Promise<Told> {
    if (!(await available(order))) {
      store.fail(order.id)
      return 'failed'
    }
    store.asks('reserve', order.id)
    const outcome = await guard.reserve.outcome(
      ({ signal, headers }) => send(requests.reserve(inventory, order), order.id, signal, headers),
      { key: reservationKey(order.id, 1) },
    )
    if (outcome.ok) {
      confirm(order)
      return 'confirmed'
    }
    // Sold out is an answer. Everything else may pass, or may have taken effect: the key finds out later.
    if (outcome.stop === 'permanent') {
      store.fail(order.id)
      return 'failed'
    }
    store.postpone(order.id)
    reservations.wake()
    return 'pending'
  }

  function confirm(order: Order): void {
    store.confirm(order.id, 'due')
    fulfilments.wake()
    guard.event
      .run(({ signal, headers }) => send(requests.event(warehouse, order.id, 'confirmed'), order.id, signal, headers))
      .catch(() => undefined)
  }

  const reservations = worklist({
    owed: store.pending,
    atOnce: 4,
    pollMs: 100,
    work: async (order, signal) => {
      const answer = await guard.reserveLater.run(
        (attempt) => send(requests.reserve(inventory, order), order.id, attempt.signal, attempt.headers),
        { key: reservationKey(order.id, 1), signal },
      )
      if (answer.ok) confirm(order)
      else if (answer.status === 409) store.fail(order.id)
      else throw new Error(`inventory answered ${answer.status}`)
    },
  })

  const fulfilments = worklist({
    owed: store.due,
    atOnce: 16,
    pollMs: 100,
    work: async (order, signal) => {
      const answer = await guard.fulfil.run(
        (attempt) => send(requests.fulfil(warehouse, order.id), order.id, attempt.signal, attempt.headers),
        { key: `${order.id}_fulfil`, signal },
      )
      if (!answer.ok) throw new Error(`warehouse answered ${answer.status}`)
      store.fulfilled(order.id)
    },
  })

  return {
    placeOrder,
    open: store.open,
    async close() {
      reservations.close()
      fulfilments.close()
      await log.close()
    },
  }
}
