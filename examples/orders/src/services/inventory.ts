/**
 * Inventory: how much there is, and reservations. Few workers; reserving takes longer than reading.
 *
 * Stock and reservation are one transaction. With an idempotency key, the key's claim and the answer are part of
 * it: whatever happened in between, a crash of this process included, a repeat finds all of it or nothing.
 * Without a key every attempt counts.
 *
 * @module
 */
import { Hono } from 'hono'
import { join } from 'node:path'
import { idempotency, jsonText } from 'truce/idempotency'
import { sqlite } from 'truce/idempotency/sqlite'
import { attemptsLog } from '../attempts-log.js'
import { FAULTS_TABLE, openDatabase } from '../database.js'
import { executionsLog } from '../executions-log.js'
import { limitedWorkers } from '../inventory/workers.js'
import { seeded } from '../random.js'
import { type Answer, answerOf } from './keyed.js'
import { runService, type ServiceSettings, settingsOf } from './process.js'
import { reaping } from './reaping.js'
import { type Env, now, workedRoutes } from './worked.js'

/** 50 orders/s × (30 + 60) ms keep 4.5 of 8 workers busy: 56 %. */
const WORKERS = 8
/** Full, it is seconds of work: longer than any caller waits. */
const QUEUE = 1_000
const AVAILABILITY_MS = 30
const RESERVE_MS = 60
const STOCK = 1_000_000
/** No order may stay pending for longer: a key that was forgotten reserves again. */
const REMEMBERED = '24h'

/** The key's UNIQUE is the engine's: a second reservation of a line would stand here for all to see. */
const SCHEMA = `
create table if not exists stock (sku text primary key, stocked integer not null, on_hand integer not null);
create table if not exists reservations (
  id integer primary key, order_id text not null, line integer not null,
  sku text not null, quantity integer not null, at real not null
);
create index if not exists reservations_of_order on reservations (order_id, line);
${FAULTS_TABLE}`

const settings = settingsOf() as ServiceSettings & { readonly dropAbandoned?: boolean }
const database = openDatabase(join(settings.folder, 'inventory.db'), SCHEMA)
const log = attemptsLog(join(settings.folder, 'inventory.attempts.jsonl'))
const executions = executionsLog(join(settings.folder, 'inventory.executions.jsonl'))
const reservations = idempotency({ store: sqlite(database), ttl: REMEMBERED, service: 'inventory' })
await reservations.ready()
const stopReaping = reaping(reservations)
const dropAbandoned = settings.dropAbandoned ?? false
const worked = workedRoutes({
  service: 'inventory',
  database,
  log,
  workers: limitedWorkers({ workers: WORKERS, queue: QUEUE, dropAbandoned }),
  workerCount: WORKERS,
  random: seeded(settings.seed),
  lastWords: executions.flush,
})

const stocked = database.prepare('insert or ignore into stock (sku, stocked, on_hand) values (?, ?, ?)')
const onHand = database.prepare('select on_hand from stock where sku = ?')
const take = database.prepare('update stock set on_hand = on_hand - ? where sku = ? and on_hand >= ?')
const insert = database.prepare('insert into reservations (order_id, line, sku, quantity, at) values (?, ?, ?, ?, ?)')

interface Reservation {
  readonly order: string
  readonly line: number
  readonly sku: string
  readonly quantity: number
}

/** Within a transaction, on the connection that the store has as well. */
function reserve({ order, line, sku, quantity }: Reservation): Answer {
  stocked.run(sku, STOCK, STOCK)
  if (take.run(quantity, sku, quantity).changes === 0) return { status: 409, body: { error: 'sold out' } }
  const { lastInsertRowid } = insert.run(order, line, sku, quantity, now())
  worked.midway()
  return { status: 201, body: { reservation: Number(lastInsertRowid) } }
}

const reserveUnkeyed = database.transaction(reserve)

const app = new Hono<Env>()
app.get('/health', (c) => c.json({ ok: true }))
worked.adminRoutes(app)

app.get('/availability/:sku', (c) => {
  const sku = c.req.param('sku')
  return worked.serve(c, {
    operation: 'availability',
    effect: 'read',
    ms: AVAILABILITY_MS,
    order: c.req.header('x-order-id') ?? '',
    apply: () => {
      const row = onHand.get(sku) as { on_hand: number } | undefined
      return { status: 200, body: { sku, available: row?.on_hand ?? STOCK } }
    },
  })
})

app.post('/reservations', async (c) => {
  const payload = jsonText(new Uint8Array(await c.req.arrayBuffer()))
  const wish = payload as Reservation
  const key = c.req.header('idempotency-key')
  // Stands for whom the caller has proved to be: two callers may choose the same key.
  const tenant = c.req.header('x-client-id') ?? 'anonymous'
  return worked.serve(c, {
    operation: 'reserve',
    effect: 'write',
    ms: RESERVE_MS,
    order: wish.order,
    apply: async () => {
      if (key === undefined) return reserveUnkeyed(wish)
      const request = { tenant, operation: 'reserve', key, payload, mode: 'transaction' } as const
      return answerOf(await reservations.outcome(request, () => reserve(wish)))
    },
  })
})

runService('inventory', settings, app, async () => {
  stopReaping()
  await reservations.close()
  executions.close()
  log.close()
  database.close()
})
