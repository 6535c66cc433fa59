/**
 * Inventory: how much there is, and reservations. Few workers; reserving takes longer than reading.
 *
 * A request with an idempotency key is answered once and for all. Its work may be begun again after a crash, so what
 * it does is one transaction under a key derived from that one: whatever happened in between, a repeat finds all of
 * it or nothing. Without a key every attempt counts.
 *
 * @module
 */
import { Hono } from 'hono'
import { join } from 'node:path'
import { idempotency } from 'truce/idempotency'
import { sqlite } from 'truce/idempotency/sqlite'
import { peer } from 'truce/peer'
import { admission, service } from 'truce/server'
import { contextOf, guarded, problems } from 'truce/server/hono'
import { httpIdempotency } from 'truce/server/idempotency'
import { attemptLog } from 'truce/telemetry'
import { now } from '../clock.js'
import { contractOf, remembered } from '../contracts.js'
import { FAULTS_TABLE, openDatabase } from '../database.js'
import { deliveriesLog } from '../deliveries-log.js'
import { executionsLog } from '../executions-log.js'
import { limitedWorkers } from '../inventory/workers.js'
import { seeded } from '../random.js'
import { faultRoutes } from './fault-routes.js'
import { runService, settingsOf } from './process.js'
import { reaping } from './reaping.js'
import { type Env, wire } from './wire.js'
import { type Answer, workOn } from './worked.js'

/** 50 orders/s × (30 + 60) ms keep 4.5 of 8 workers busy: 56 %. */
const WORKERS = 8
/** Full, it is seconds of work: longer than any caller waits. */
const QUEUE = 1_000
const AVAILABILITY_MS = 30
const RESERVE_MS = 60
const STOCK = 1_000_000
/** After a crash, repeats wait so long for the work that died. Should a run only be held up, its key stands in its transaction. */
const LEASE = '1s'

/** The keys' UNIQUE is the engine's: a second reservation of a line would stand here for all to see. */
const SCHEMA = `
create table if not exists stock (sku text primary key, stocked integer not null, on_hand integer not null);
create table if not exists reservations (
  id integer primary key, order_id text not null, line integer not null,
  sku text not null, quantity integer not null, at real not null
);
create index if not exists reservations_of_order on reservations (order_id, line);
${FAULTS_TABLE}`

const settings = settingsOf()
const file = (name: string) => join(settings.folder, `inventory.${name}`)
const database = openDatabase(file('db'), SCHEMA)
const attempts = attemptLog({ path: file('attempts.jsonl'), service: 'inventory' })
const deliveries = deliveriesLog(file('deliveries.jsonl'))
const executions = executionsLog(file('executions.jsonl'))
const random = seeded(settings.seed)
const workers = limitedWorkers({ workers: WORKERS, queue: QUEUE })
const faults = faultRoutes({ database, workers, workerCount: WORKERS })
const line = wire({ log: deliveries, sky: faults.sky, random })
const work = workOn({ sky: faults.sky, workers, random })

const contract = contractOf('inventory')
const { ttl, rules } = remembered(contract, 'reserve')
const engine = idempotency({ store: sqlite(database), ttl, lease: LEASE, service: 'inventory' })
await engine.ready()
const stopReaping = reaping(engine)
// Only the order service can reach it here. Elsewhere: a certificate or a token says who calls.
const keyed = httpIdempotency({ engine, tenant: (incoming) => incoming.header('x-client-id') })
// By hand the inventory takes whatever comes, as most services do.
const door = settings.admission === true ? admission(contract.admission()) : undefined
const inventory = service('inventory', { peer, peers: 'all', idempotency: keyed, admission: door })
const availability = inventory.operation('availability', contract.served('availability'))
const reserve = inventory.operation('reserve', {
  ...contract.served('reserve'),
  idempotency: { ...rules, mode: 'derived-key' },
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
function book({ order, line: ofOrder, sku, quantity }: Reservation): Answer {
  stocked.run(sku, STOCK, STOCK)
  if (take.run(quantity, sku, quantity).changes === 0) return { status: 409, body: { error: 'sold out' } }
  const { lastInsertRowid } = insert.run(order, ofOrder, sku, quantity, now())
  if (faults.sky().crash) line.die()
  return { status: 201, body: { reservation: Number(lastInsertRowid) } }
}

const bookUnkeyed = database.transaction(book)

/** Claim of the key, stock, reservation and answer are one commit; whoever comes later with the key gets that answer. */
function bookOnce(key: string, wish: Reservation): Promise<Answer> {
  const request = { tenant: 'inventory', operation: 'book', key, payload: wish, mode: 'transaction' } as const
  return engine.execute(request, () => book(wish))
}

const app = new Hono<Env>()
app.onError(problems())
app.get('/health', (c) => c.json({ ok: true }))
faults.addTo(app)

app.get('/availability/:sku', line.of(availability), guarded(availability), (c) => {
  const sku = c.req.param('sku')
  return work(c, AVAILABILITY_MS, () => {
    const row = onHand.get(sku) as { on_hand: number } | undefined
    return { status: 200, body: { sku, available: row?.on_hand ?? STOCK } }
  })
})

app.post('/reservations', line.of(reserve), guarded(reserve), async (c) => {
  const wish = await c.req.json<Reservation>()
  const context = contextOf(c)
  return work(c, RESERVE_MS, () =>
    context.key === undefined ? bookUnkeyed(wish) : bookOnce(context.derive('book'), wish),
  )
})

runService('inventory', settings, app, async () => {
  stopReaping()
  await engine.close()
  await attempts.close()
  executions.close()
  deliveries.close()
  database.close()
})
