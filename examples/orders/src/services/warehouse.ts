/**
 * Warehouse: fulfils confirmed orders, and keeps the analytics events (it has room to spare).
 *
 * @module
 */
import { Hono } from 'hono'
import { join } from 'node:path'
import { attemptsLog } from '../attempts-log.js'
import { FAULTS_TABLE, openDatabase } from '../database.js'
import { limitedWorkers } from '../inventory/workers.js'
import { seeded } from '../random.js'
import { runService, settingsOf } from './process.js'
import { type Env, now, workedRoutes } from './worked.js'

const WORKERS = 16
const QUEUE = 400
const FULFIL_MS = 10
const EVENT_MS = 2

const SCHEMA = `
create table if not exists fulfilments (id integer primary key, key text unique, order_id text not null, at real not null);
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

const fulfil = database.prepare(
  'insert into fulfilments (key, order_id, at) values (?, ?, ?) on conflict (key) do nothing',
)
const event = database.prepare('insert into events (order_id, kind, at) values (?, ?, ?)')

const app = new Hono<Env>()
app.get('/health', (c) => c.json({ ok: true }))
worked.adminRoutes(app)

app.post('/fulfilments', async (c) => {
  const { order } = await c.req.json<{ order: string }>()
  const key = c.req.header('idempotency-key') ?? null
  return worked.serve(c, {
    operation: 'fulfil',
    effect: 'write',
    ms: FULFIL_MS,
    order,
    apply: () => ({ status: 201, body: { order }, replayed: fulfil.run(key, order, now()).changes === 0 }),
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

runService('warehouse', settings, app, async () => {
  await log.close()
  database.close()
})
