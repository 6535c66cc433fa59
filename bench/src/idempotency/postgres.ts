/**
 * Postgres: claim and completion beside `INSERT … ON CONFLICT` and `UPDATE`, and all of it in one transaction, at 16 at
 * once.
 *
 * @module
 */
import pg from 'pg'
import postgresJs from 'postgres'
import { idempotency } from 'truce/idempotency'
import { postgres } from 'truce/idempotency/postgres'
import { contender, requestOf, RESULT, transacted, TTL } from './engine.js'
import type { Pair, Pairs } from './pairs.js'
import { launch } from '../../../scripts/servers/launch.mjs'

const PLACE = { concurrency: 16, sample: 640 } as const

/** What a careful team writes by hand. */
const SQL = {
  table: `CREATE TABLE raw (key text PRIMARY KEY, state text NOT NULL, result text, expires timestamptz NOT NULL);
          CREATE INDEX ON raw (expires);
          CREATE TABLE effect (key text PRIMARY KEY, count int NOT NULL)`,
  claim: `INSERT INTO raw (key, state, expires) VALUES ($1, 'running', now() + interval '1 hour') ON CONFLICT DO NOTHING`,
  complete: `UPDATE raw SET state = 'completed', result = $2 WHERE key = $1`,
  effect: 'INSERT INTO effect (key, count) VALUES ($1, 1)',
  read: 'SELECT state, result FROM raw WHERE key = $1',
} as const

export async function postgresPairs(client: 'pg' | 'postgres.js'): Promise<Pairs> {
  const server = await launch('postgres')
  const its = client === 'pg' ? ofPg(server.url) : ofPostgresJs(server.url)
  await its.setUp()
  const truce = await its.contender()
  await its.pair('known')
  const pair = (mode: string, raw: Pair['raw'], way: Pair['raw'], sample: number = PLACE.sample): Pair => ({
    store: client,
    mode,
    ...PLACE,
    sample,
    raw,
    truce: way,
  })
  return {
    pairs: [
      pair('claim', (nth) => its.pair(`raw-${nth}`), truce.claim),
      pair('execute', (nth) => its.pair(`raw-${nth}`), truce.execute),
      pair('transact', (nth) => its.transaction(`raw-${nth}`), its.storeTransaction),
      pair('transaction', (nth) => its.transaction(`raw-${nth}`), its.truceTransaction),
      pair('replay', () => its.read('known'), truce.replay, 4_000),
      pair('replay-execute', () => its.read('known'), truce.replayExecute, 4_000),
    ],
    async close() {
      await its.close()
      await server.stop()
    },
  }
}

function ofPg(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: PLACE.concurrency })
  const store = postgres(pool)
  const engine = idempotency({ store, ttl: TTL })
  const named = (name: keyof typeof SQL, values: string[]) => ({ name, text: SQL[name], values })
  return {
    contender: () => contender(store),
    async setUp() {
      await pool.query(SQL.table)
      await store.migrate()
    },
    async pair(key: string) {
      await pool.query(named('claim', [key]))
      await pool.query(named('complete', [key, RESULT]))
    },
    async transaction(key: string) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        await client.query(named('claim', [key]))
        await client.query(named('effect', [key]))
        await client.query(named('complete', [key, RESULT]))
        await client.query('COMMIT')
      } finally {
        client.release()
      }
    },
    storeTransaction: (nth: number) =>
      transacted(store, nth, (transaction) => transaction.query(named('effect', [`store-${nth}`]))),
    truceTransaction: (nth: number) =>
      engine.execute(requestOf('transaction', `tx-${nth}`), async ({ transaction }) => {
        await transaction.query(named('effect', [`truce-${nth}`]))
        return RESULT
      }),
    read: (key: string) => pool.query(named('read', [key])),
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

function ofPostgresJs(url: string) {
  const sql = postgresJs(url, { max: PLACE.concurrency, onnotice: () => undefined })
  const store = postgres(sql)
  const engine = idempotency({ store, ttl: TTL })
  return {
    contender: () => contender(store),
    async setUp() {
      await sql.unsafe(SQL.table)
      await store.migrate()
    },
    async pair(key: string) {
      await sql.unsafe(SQL.claim, [key], { prepare: true })
      await sql.unsafe(SQL.complete, [key, RESULT], { prepare: true })
    },
    async transaction(key: string) {
      await sql.begin(async (tx) => {
        await tx.unsafe(SQL.claim, [key], { prepare: true })
        await tx.unsafe(SQL.effect, [key], { prepare: true })
        await tx.unsafe(SQL.complete, [key, RESULT], { prepare: true })
      })
    },
    storeTransaction: (nth: number) =>
      transacted(store, nth, (transaction) => transaction.unsafe(SQL.effect, [`store-${nth}`], { prepare: true })),
    truceTransaction: (nth: number) =>
      engine.execute(requestOf('transaction', `tx-${nth}`), async ({ transaction }) => {
        await transaction.unsafe(SQL.effect, [`truce-${nth}`], { prepare: true })
        return RESULT
      }),
    read: (key: string) => sql.unsafe(SQL.read, [key], { prepare: true }),
    async close() {
      await store.close()
      await sql.end()
    },
  }
}
