/**
 * Placing an order with Truce: one layer retries, with a key; what cannot be had now is owed, not lost.
 *
 * Availability falls back to the last known value. A reservation in doubt leaves the order `pending` in the
 * order's own database, and the background finishes it with the same key: at most one reservation, whichever
 * attempt took effect. Its key is derived from the one that the order came with. Fulfilment is owed from the moment
 * of confirmation, in the same row. An order that comes again without a key, or with another one, is placed again:
 * its reservation's first key makes that the same reservation, or says that it was another one.
 *
 * @module
 */
import { join } from 'node:path'
import type { StopReason } from 'truce'
import type { RequestContext } from 'truce/server'
import { attemptLog } from 'truce/telemetry'
import { now } from '../clock.js'
import { contractOf } from '../contracts.js'
import { executionsLog } from '../executions-log.js'
import { requests, send, soldOut } from '../order/ask.js'
import type { Order, OrderStore, Told } from '../order/store.js'
import { guards } from './guards.js'
import { offer } from './offer.js'
import { shipping } from './shipping.js'
import { type WorkEnd, worklist } from './worklist.js'

/** The same for every repeat of the order: an order has one line. */
function keyOfLine(order: Order, context: RequestContext | undefined): string {
  return context?.key === undefined ? `${order.id}_line_1` : context.derive('line_1')
}

export function truceOrders(store: OrderStore, inventory: string, warehouse: string, folder: string) {
  const log = attemptLog({ path: join(folder, 'order.attempts.jsonl'), service: 'order', instance: 'order-1' })
  const executions = executionsLog(join(folder, 'order.executions.jsonl'))
  const contract = contractOf('order')
  const guard = guards(contract)
  const ship = shipping(store.database, guard, warehouse)
  const offered = offer(store.database, contract)

  async function available({ id, sku, quantity }: Order, context?: RequestContext): Promise<boolean> {
    store.asks('availability', id)
    const outcome = await guard.availability.outcome(
      async ({ signal, headers }) => {
        const answer = await send(requests.availability(inventory, sku), id, signal, headers)
        return answer.ok ? ((await answer.json()) as { available: number }) : answer
      },
      { context, cacheKey: { sku } },
    )
    return outcome.ok && 'available' in outcome.value && outcome.value.available >= quantity
  }

  /** @param context of the request that brought it: its key, and how long somebody waits */
  async function placeOrder(order: Order, context?: RequestContext): Promise<Told> {
    if (!(await available(order, context))) {
      store.fail(order.id)
      return 'failed'
    }
    store.asks('reserve', order.id)
    const key = store.reservationKey(order.id, keyOfLine(order, context))
    const outcome = await guard.reserve.outcome(
      ({ signal, headers }) => send(requests.reserve(inventory, order), order.id, signal, headers),
      { key, context },
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
        { key: order.key, age: now() - order.keyUsed, signal },
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
    operation: offered.place,
    open: store.open,
    parked: () => reservations.parked() + fulfilments.parked(),
    async close() {
      reservations.close()
      fulfilments.close()
      await ship.close()
      await offered.close()
      executions.close()
      await log.close()
    },
  }
}

const stillOwed = (stop: StopReason): WorkEnd => (stop === 'permanent' ? 'park' : 'again')
