/**
 * Order: takes orders over HTTP; how it calls its dependencies is the half of the run it belongs to.
 *
 * @module
 */
import { type Context, Hono } from 'hono'
import type { RequestContext } from 'truce/server'
import { contextOf, guarded, problems } from 'truce/server/hono'
import { handwrittenOrders } from '../handwritten/place-order.js'
import { type Order, orderStore, type Told } from '../order/store.js'
import { truceOrders } from '../truce/place-order.js'
import { runService, type ServiceSettings, settingsOf } from './process.js'

export interface OrderSettings extends ServiceSettings {
  readonly half: 'handwritten' | 'truce'
  readonly inventory: string
  readonly warehouse: string
}

const STATUS = { confirmed: 201, pending: 202, failed: 503, conflict: 422 } as const satisfies Record<Told, number>

const settings = settingsOf() as OrderSettings
const store = orderStore(settings.folder)
const orders =
  settings.half === 'truce'
    ? truceOrders(store, settings.inventory, settings.warehouse, settings.folder)
    : handwrittenOrders(store, settings.inventory, settings.warehouse)

const app = new Hono()
app.onError(problems())
app.get('/health', (c) => c.json({ ok: true }))
/** Orders that are still owed something: the driver waits for none to be left, for a bounded time. */
app.get('/open', (c) => c.json({ open: orders.open(), parked: orders.parked() }))

async function take(c: Context, context?: RequestContext) {
  const order = await c.req.json<Order>()
  store.receive(order)
  const told = await orders.placeOrder(order, context)
  if (told !== 'conflict') store.tell(order.id, told)
  return c.json({ order: order.id, state: told }, STATUS[told])
}

// By hand nobody asks for a key, and one that comes all the same is not read.
if (orders.operation) app.post('/orders', guarded(orders.operation), (c) => take(c, contextOf(c)))
else app.post('/orders', (c) => take(c))

runService('order', settings, app, async () => {
  await orders.close()
  store.close()
})
