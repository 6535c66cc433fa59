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
import { attemptsLog } from '../attempts-log.js'
import { FAULTS_TABLE, openDatabase } from '../database.js'
import { limitedWorkers } from '../inventory/workers.js'
import { seeded } from '../random.js'
import type { FulfilmentState } from '../order/ask.js'
import { runService, settingsOf } from './process.js'
import { type Env, now, workedRoutes } from './worked.js'

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
const database = openDatabase(join(settings.folder, 'warehouse.db'), SCHEMA)
const log = attemptsLog(join(settings.folder, 'warehouse.attempts.jsonl'))
const worked = workedRoutes({
  service: 'warehouse',
  database,
  log,
  workers: limitedWorkers({ workers: WORKERS, queue: QUEUE }),
  workerCount: WORKERS,
  random: seeded(settings.seed + 1),
})

const fulfil = database.prepare('insert into fulfilments (order_id, at) values (?, ?)')
const fulfilled = database.prepare('select count(*) as n from fulfilments where order_id = ?')
const event = database.prepare('insert into events (order_id, kind, at) values (?, ?, ?)')

const app = new Hono<Env>()
app.get('/health', (c) => c.json({ ok: true }))
worked.adminRoutes(app)

/** Orders whose fulfilment has arrived and is not done: to call them "none" would be to invite a second one. */
const atWork = new Map<string, number>()

app.post('/fulfilments', async (c) => {
  const { order } = await c.req.json<{ order: string }>()
  atWork.set(order, (atWork.get(order) ?? 0) + 1)
  try {
    return await worked.serve(c, {
      operation: 'fulfil',
      effect: 'write',
      ms: FULFIL_MS,
      order,
      apply: () => {
        fulfil.run(order, now())
        worked.midway()
        return { status: 201, body: { order } }
      },
    })
  } finally {
    const others = (atWork.get(order) ?? 1) - 1
    if (others === 0) atWork.delete(order)
    else atWork.set(order, others)
  }
})

app.get('/fulfilments/:order', (c) => {
  const order = c.req.param('order')
  return worked.serve(c, {
    operation: 'fulfilment',
    effect: 'read',
    ms: LOOK_MS,
    order,
    apply: () => {
      const { n } = fulfilled.get(order) as { n: number }
      const state: FulfilmentState = n > 0 ? 'fulfilled' : atWork.has(order) ? 'at work' : 'none'
      return { status: 200, body: { order, state } }
    },
  })
})

app.post('/events', async (c) => {
  const { order, kind } = await c.req.json<{ order: string; kind: string }>()
  return worked.serve(c, {
    operation: 'event',
    effect: 'write',
    ms: EVENT_MS,
    order,
    apply: () => {
      event.run(order, kind, now())
      return { status: 201, body: { order } }
    },
  })
})

runService('warehouse', settings, app, () => {
  log.close()
  database.close()
})
