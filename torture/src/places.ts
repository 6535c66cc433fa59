/**
 * Places: for each store, the real thing, and a database that counts effects.
 *
 * Effects go where the service's own data would be: with Postgres and SQLite into the same database, with Redis into
 * another one. The table of effects refuses nothing: a second effect must be seen, not prevented.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'libsql'
import type { Pool } from 'pg'
import type { IdempotencyStore } from 'truce/idempotency'
import { launch } from '../../scripts/servers/launch.mjs'
import type { Order } from './messages.js'
import type { StoreName } from './options.js'

/** Where it all happens: what a worker needs to know to join. */
export interface Place {
  readonly store: StoreName
  readonly url: string
  /** Of the SQLite database that counts effects, where that is one. */
  readonly file: string
}

/** One effect: of which key, by which run, and for a foreign call under which derived key. */
export interface Effect {
  readonly key: string
  readonly run: string
  readonly derived: string
}

/** What a worker does it with. */
export interface Joined {
  readonly store: IdempotencyStore
  readonly modes: readonly Order['mode'][]
  /** @param transaction what the handler was given in transaction mode */
  readonly add: (effect: Effect, transaction?: unknown) => Promise<void> | void
}

const MODES: Readonly<Record<StoreName, readonly Order['mode'][]>> = {
  postgres: ['transaction', 'derived-key', 'at-most-once'],
  sqlite: ['transaction', 'derived-key', 'at-most-once'],
  redis: ['derived-key', 'at-most-once'],
}

const TABLE = 'CREATE TABLE IF NOT EXISTS effect (key text NOT NULL, run text NOT NULL, derived text NOT NULL)'
const COUNT = 'SELECT key, run, derived FROM effect'

export function modesOf(store: StoreName): readonly Order['mode'][] {
  return MODES[store]
}

/** What the parent has of it. */
interface Opened {
  readonly place: Place
  readonly effects: () => Promise<Effect[]>
  readonly close: () => Promise<void>
}

/** Starts what is needed. */
export async function open(store: StoreName): Promise<Opened> {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-torture-'))
  const file = path.join(folder, 'torture.db')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (store === 'postgres') {
    const server = await launch('postgres')
    const { default: pg } = await import('pg')
    const { postgres } = await import('truce/idempotency/postgres')
    const pool = new pg.Pool({ connectionString: server.url, max: 4 })
    await postgres(pool).migrate()
    await pool.query(TABLE)
    return {
      place: { store, url: server.url, file },
      effects: async () => (await pool.query<Effect>(COUNT)).rows,
      async close() {
        await pool.end()
        await server.stop()
        remove()
      },
    }
  }
  const server = store === 'redis' ? await launch('redis') : undefined
  const database = openDatabase(file)
  database.exec(TABLE)
  return {
    place: { store, url: server?.url ?? '', file },
    effects: async () => database.prepare(COUNT).all() as Effect[],
    async close() {
      database.close()
      await server?.stop()
      remove()
    },
  }
}

/** Joins as a worker, which loads what it needs and no more: two hundred of them are started. */
export async function join({ store, url, file }: Place): Promise<Joined> {
  const modes = MODES[store]
  if (store === 'postgres') {
    const { default: pg } = await import('pg')
    const { postgres } = await import('truce/idempotency/postgres')
    const pool = new pg.Pool({ connectionString: url, max: 10 })
    const sql = 'INSERT INTO effect (key, run, derived) VALUES ($1, $2, $3)'
    return {
      store: postgres(pool) as IdempotencyStore,
      modes,
      async add({ key, run, derived }, transaction) {
        const client = (transaction ?? pool) as Pool
        await client.query(sql, [key, run, derived])
      },
    }
  }
  const database = openDatabase(file)
  const insert = database.prepare('INSERT INTO effect (key, run, derived) VALUES (?, ?, ?)')
  return {
    store: (store === 'redis' ? await redisStore(url) : await sqliteStore(database)) as IdempotencyStore,
    modes,
    add: ({ key, run, derived }) => void insert.run(key, run, derived),
  }
}

async function redisStore(url: string): Promise<IdempotencyStore> {
  const { Redis } = await import('ioredis')
  const { redis } = await import('truce/idempotency/redis')
  return redis(new Redis(url))
}

async function sqliteStore(database: Database.Database) {
  const { sqlite } = await import('truce/idempotency/sqlite')
  return sqlite(database)
}

function openDatabase(file: string): Database.Database {
  const database = new Database(file, { timeout: 5_000 })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL') // a process is killed here, not the machine
  return database
}
