import { afterAll, beforeAll, describe } from 'vitest'
import pg from 'pg'
import postgresJs from 'postgres'
import { conformance, transactionConformance } from '../../../../test/idempotency/conformance.js'
import { startPostgres } from '../../../../../../scripts/servers/postgres.mjs'
import { postgres } from './index.js'

let server: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server?.stop())

const EFFECTS = 'CREATE TABLE IF NOT EXISTS effects (id text NOT NULL)'

async function withPg(options = {}) {
  const pool = new pg.Pool({ connectionString: server.url, max: 10 })
  const store = postgres(pool, options)
  await store.migrate()
  await pool.query(EFFECTS)
  return {
    store,
    async close() {
      await store.close()
      await pool.end()
    },
    effects: {
      async write(client: pg.PoolClient, id: string) {
        await client.query('INSERT INTO effects VALUES ($1)', [id])
      },
      async count(id: string) {
        const { rows } = await pool.query<[number]>({
          text: 'SELECT count(*)::int FROM effects WHERE id = $1',
          values: [id],
          rowMode: 'array',
        })
        return rows[0]?.[0] ?? -1
      },
    },
  }
}

async function withPostgresJs(options = {}) {
  const sql = postgresJs(server.url, { max: 10, onnotice: () => undefined })
  const store = postgres(sql, options)
  await store.migrate()
  await sql.unsafe(EFFECTS)
  return {
    store,
    async close() {
      await store.close()
      await sql.end()
    },
    effects: {
      async write(transaction: postgresJs.TransactionSql, id: string) {
        await transaction`INSERT INTO effects VALUES (${id})`
      },
      async count(id: string) {
        const [row] = await sql<{ count: number }[]>`SELECT count(*)::int FROM effects WHERE id = ${id}`
        return row?.count ?? -1
      },
    },
  }
}

const HOSTILE = { schema: 'Shop_1', table: 'Select' }

describe('pg', () => {
  conformance('pg', () => withPg())
  transactionConformance('pg', () => withPg())
  conformance('pg without prepared statements', () => withPg({ prepare: false, ...HOSTILE }))
})

describe('postgres.js', () => {
  conformance('postgres.js', () => withPostgresJs())
  transactionConformance('postgres.js', () => withPostgresJs())
  conformance('postgres.js without prepared statements', () => withPostgresJs({ prepare: false, ...HOSTILE }))
})
