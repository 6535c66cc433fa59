/**
 * Placing an order with Truce: one layer retries, with a key; what cannot be had now is owed, not lost.
 *
 * Availability falls back to the last known value. A reservation in doubt leaves the order `pending` in the
 * order's own database, and the background finishes it with the same key: at most one reservation, whichever
 * attempt took effect. Fulfilment is owed from the moment of confirmation, in the same row. An order that comes
 * again is placed again: the key makes it the same reservation, or says that it was another one.
 *
 * @module
 */
import { join } from 'node:path'
import type { StopReason } from 'truce'
import { attemptLog } from 'truce/telemetry'
import { requests, send, soldOut } from '../order/ask.js'
import type { Order, OrderStore, Told } from '../order/store.js'
import { now } from '../services/worked.js'
import { executionsLog } from '../executions-log.js'
import { fresh } from './fresh.js'
import { guards } from './guards.js'
import { shipping } from './shipping.js'
import { type WorkEnd, worklist } from './worklist.js'

/** An order may be accepted on stock that was read this long ago. */
const AVAILABILITY_MAX_AGE_MS = 30_000

const reservationKey = (order: string, line: number) => `${order}_line_${line}_reservation`

export function truceOrders(store: OrderStore, inventory: string, warehouse: string, folder: string) {
  const log = attemptLog({ path: join(folder, 'order.attempts.jsonl'), service: 'order', instance: 'order-1' })
  const executions = executionsLog(join(folder, 'order.executions.jsonl'))
  const guard = guards()
  const ship = shipping(store.database, guard, warehouse)
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
    // Sold out is an answer, and so is that the key stands for another order. After anything else, even a
    // permanent one, an earlier attempt may have taken effect: the key finds out later.
    if (await soldOut(outcome.value)) {
      store.refuse(order.id)
      return 'failed'
    }
    if (outcome.value?.status === 422) return 'conflict'
    store.postpone(order.id)
    reservations.wake()
    return 'pending'
  }

  function confirm(order: Order): void {
    if (!store.confirm(order.id, 'due')) return
    fulfilments.wake()
    guard.event
      .run(({ signal, headers }) => send(requests.event(warehouse, order.id, 'confirmed'), order.id, signal, headers))
      .catch(() => undefined)
  }

  const pace = { pollMs: 100, now, random: Math.random }

  const reservations = worklist({
    ...pace,
    owed: store.pending,
    atOnce: 4,
    work: async (order, signal) => {
      const outcome = await guard.reserveLater.outcome(
        (attempt) => send(requests.reserve(inventory, order), order.id, attempt.signal, attempt.headers),
        { key: reservationKey(order.id, 1), signal },
      )
      if (outcome.ok) confirm(order)
      else if (await soldOut(outcome.value)) store.refuse(order.id)
      else return stillOwed(outcome.stop)
      return 'done'
    },
  })

  const fulfilments = worklist({
    ...pace,
    owed: store.due,
    atOnce: 16,
    work: async (order, signal) => {
      const end = await ship.fulfil(order.id, signal)
      if (end === 'done') store.fulfilled(order.id)
      return end
    },
  })

  return {
    placeOrder,
    open: store.open,
    parked: () => reservations.parked() + fulfilments.parked(),
    async close() {
      reservations.close()
      fulfilments.close()
      await ship.close()
      executions.close()
      await log.close()
    },
  }
}

const stillOwed = (stop: StopReason): WorkEnd => (stop === 'permanent' ? 'park' : 'again')
