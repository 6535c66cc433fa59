/**
 * Warehouse: fulfils confirmed orders, and keeps the analytics events (it has room to spare).
 *
 * An old system: it takes no idempotency keys, and fulfils as often as it is asked to. But it can be asked what
 * it has done.
 *
 * @module
 */
import { Hono } from 'hono'
import { join } from 'node:path'
import { peer } from 'truce/peer'
import { service } from 'truce/server'
import { guarded, problems } from 'truce/server/hono'
import { attemptLog } from 'truce/telemetry'
import { now } from '../clock.js'
import { contractOf } from '../contracts.js'
import { FAULTS_TABLE, openDatabase } from '../database.js'
import { deliveriesLog } from '../deliveries-log.js'
import { limitedWorkers } from '../inventory/workers.js'
import type { FulfilmentState } from '../order/ask.js'
import { seeded } from '../random.js'
import { faultRoutes } from './fault-routes.js'
import { runService, settingsOf } from './process.js'
import { type Env, wire } from './wire.js'
import { workOn } from './worked.js'

const WORKERS = 16
const QUEUE = 400
const FULFIL_MS = 10
const LOOK_MS = 2
const EVENT_MS = 2

const SCHEMA = `
create table if not exists fulfilments (id integer primary key, order_id text not null, at real not null);
create index if not exists fulfilments_of_order on fulfilments (order_id);
create table if not exists events (id integer primary key, order_id text not null, kind text not null, at real not null);
${FAULTS_TABLE}`

const settings = settingsOf()
const file = (name: string) => join(settings.folder, `warehouse.${name}`)
const database = openDatabase(file('db'), SCHEMA)
const attempts = attemptLog({ path: file('attempts.jsonl'), service: 'warehouse' })
const deliveries = deliveriesLog(file('deliveries.jsonl'))
const random = seeded(settings.seed + 1)
const workers = limitedWorkers({ workers: WORKERS, queue: QUEUE })
const faults = faultRoutes({ database, workers, workerCount: WORKERS })
const line = wire({ log: deliveries, sky: faults.sky, random })
const work = workOn({ sky: faults.sky, workers, random })

const warehouse = service('warehouse', { peer, peers: 'all' })
const contract = contractOf('warehouse')
const fulfil = warehouse.operation('fulfil', contract.served('fulfil'))
const fulfilment = warehouse.operation('fulfilment', contract.served('fulfilment'))
const event = warehouse.operation('event', contract.served('event'))

const insertFulfilment = database.prepare('insert into fulfilments (order_id, at) values (?, ?)')
const fulfilled = database.prepare('select count(*) as n from fulfilments where order_id = ?')
const insertEvent = database.prepare('insert into events (order_id, kind, at) values (?, ?, ?)')

const app = new Hono<Env>()
app.onError(problems())
app.get('/health', (c) => c.json({ ok: true }))
faults.addTo(app)

/** Orders whose fulfilment has arrived and is not done: to call them "none" would be to invite a second one. */
const atWork = new Map<string, number>()

app.post('/fulfilments', line.of(fulfil), guarded(fulfil), async (c) => {
  const { order } = await c.req.json<{ order: string }>()
  atWork.set(order, (atWork.get(order) ?? 0) + 1)
  try {
    return await work(c, FULFIL_MS, () => {
      insertFulfilment.run(order, now())
      if (faults.sky().crash) line.die()
      return { status: 201, body: { order } }
    })
  } finally {
    const others = (atWork.get(order) ?? 1) - 1
    if (others === 0) atWork.delete(order)
    else atWork.set(order, others)
  }
})

app.get('/fulfilments/:order', line.of(fulfilment), guarded(fulfilment), (c) => {
  const order = c.req.param('order')
  return work(c, LOOK_MS, () => {
    const { n } = fulfilled.get(order) as { n: number }
    const state: FulfilmentState = n > 0 ? 'fulfilled' : atWork.has(order) ? 'at work' : 'none'
    return { status: 200, body: { order, state } }
  })
})

app.post('/events', line.of(event), guarded(event), async (c) => {
  const { order, kind } = await c.req.json<{ order: string; kind: string }>()
  return work(c, EVENT_MS, () => {
    insertEvent.run(order, kind, now())
    return { status: 201, body: { order } }
  })
})

runService('warehouse', settings, app, async () => {
  await attempts.close()
  deliveries.close()
  database.close()
})
