import pg from 'pg'
import { postgres } from 'truce/idempotency/postgres'
import { afterAll, beforeAll } from 'vitest'
import { startPostgres } from '../../../../scripts/servers/postgres.mjs'
import { draftRulesOfStore } from './draft.js'

let server: Awaited<ReturnType<typeof startPostgres>>
let pool: pg.Pool

beforeAll(async () => {
  server = await startPostgres()
  pool = new pg.Pool({ connectionString: server.url, max: 4 })
  await postgres(pool).migrate()
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

draftRulesOfStore('postgres', async () => postgres(pool))
