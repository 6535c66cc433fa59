/**
 * Inventory: how much there is, and reservations. Few workers; reserving takes longer than reading.
 *
 * A reservation's key is stored in a UNIQUE column, inserted in the transaction of the effect itself: a
 * repeated key answers the first result, whatever happened in between. Without a key every attempt counts.
 *
 * @module
 */
import { Hono } from 'hono'
import { join } from 'node:path'
import { attemptsLog } from '../attempts-log.js'
import { FAULTS_TABLE, openDatabase } from '../database.js'
import { limitedWorkers } from '../inventory/workers.js'
import { seeded } from '../random.js'
import { runService, type ServiceSettings, settingsOf } from './process.js'
import { type Env, now, workedRoutes } from './worked.js'

/** 50 orders/s × (30 + 60) ms keep 4.5 of 8 workers busy: 56 %. */
const WORKERS = 8
/** Full, it is seconds of work: longer than any caller waits. */
const QUEUE = 1_000
const AVAILABILITY_MS = 30
const RESERVE_MS = 60
const STOCK = 1_000_000

const SCHEMA = `
create table if not exists stock (sku text primary key, on_hand integer not null);
create table if not exists reservations (
  id integer primary key, key text unique, order_id text not null, line integer not null,
  sku text not null, quantity integer not null, at real not null
);
create index if not exists reservations_of_order on reservations (order_id, line);
${FAULTS_TABLE}`

const settings = settingsOf() as ServiceSettings & { readonly dropAbandoned?: boolean }
const database = openDatabase(join(settings.folder, 'inventory.db'), SCHEMA)
const log = attemptsLog(join(settings.folder, 'inventory.attempts.jsonl'))
const dropAbandoned = settings.dropAbandoned ?? false
const worked = workedRoutes({
  service: 'inventory',
  database,
  log,
  workers: limitedWorkers({ workers: WORKERS, queue: QUEUE, dropAbandoned }),
  workerCount: WORKERS,
  random: seeded(settings.seed),
})

const stocked = database.prepare('insert or ignore into stock (sku, on_hand) values (?, ?)')
const onHand = database.prepare('select on_hand from stock where sku = ?')
const take = database.prepare('update stock set on_hand = on_hand - ? where sku = ? and on_hand >= ?')
const insert = database.prepare(
  'insert into reservations (key, order_id, line, sku, quantity, at) values (?, ?, ?, ?, ?, ?) on conflict (key) do nothing',
)
const first = database.prepare('select id from reservations where key = ?')

interface Reservation {
  readonly order: string
  readonly line: number
  readonly sku: string
  readonly quantity: number
}

class SoldOut extends Error {}

const reserve = database.transaction((key: string | null, wish: Reservation): { id: number; replayed: boolean } => {
  const inserted = insert.run(key, wish.order, wish.line, wish.sku, wish.quantity, now())
  if (inserted.changes === 0) return { id: (first.get(key) as { id: number }).id, replayed: true }
  stocked.run(wish.sku, STOCK)
  if (take.run(wish.quantity, wish.sku, wish.quantity).changes === 0) throw new SoldOut()
  return { id: Number(inserted.lastInsertRowid), replayed: false }
})

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
  const wish = await c.req.json<Reservation>()
  const key = c.req.header('idempotency-key') ?? null
  return worked.serve(c, {
    operation: 'reserve',
    effect: 'write',
    ms: RESERVE_MS,
    order: wish.order,
    apply: () => {
      try {
        const { id, replayed } = reserve(key, wish)
        return { status: 201, body: { reservation: id }, replayed }
      } catch (error) {
        if (error instanceof SoldOut) return { status: 409, body: { error: 'sold out' } }
        throw error
      }
    },
  })
})

runService('inventory', settings, app, async () => {
  await log.close()
  database.close()
})
