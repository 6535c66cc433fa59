import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startPostgres } from '../../../../../../scripts/servers/postgres.mjs'
import { claimOf, isGranted, LONG, newScope } from '../../../../test/idempotency/at-hand.js'
import { migrations, postgres, type PostgresOptions } from './index.js'

let server: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  server = await startPostgres({ settings: { synchronous_commit: 'off' } })
}, 60_000)
afterAll(() => server?.stop())

function opened(options: PostgresOptions = {}, url = server.url) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  onTestFinished(() => pool.end())
  return { pool, store: postgres(pool, options) }
}

test('without its tables it is not ready, and says what to run', async () => {
  const { store } = opened({ table: 'nowhere' })
  await expect(store.ready()).rejects.toThrow(/store\.migrate\(\)/)
  await expect(opened({ schema: 'no_schema' }).store.ready()).rejects.toThrow(/store\.migrate\(\)/)
})

test('twenty processes may migrate at once, and again', async () => {
  const options = { schema: 'races', table: 'keys' }
  await Promise.all(Array.from({ length: 20 }, () => opened(options).store.migrate()))
  const { pool, store } = opened(options)
  await store.migrate()
  const { rows } = await pool.query('SELECT version FROM races.keys_migrations')
  expect(rows).toEqual([{ version: 1 }])
  isGranted(await store.begin(newScope(), claimOf()))
})

test('it says its version and what its commits are worth', async () => {
  const { store } = opened({ table: 'worth' })
  await store.migrate()
  expect(await store.ready()).toMatch(/^postgres \d+\.\d+.*: fsync on, synchronous_commit off; a crash may forget/)
})

test('the text of the migrations does the same by another tool', async () => {
  const { pool, store } = opened({ table: 'by_hand' })
  for (const { sql } of migrations({ table: 'by_hand' })) await pool.query(`BEGIN; ${sql} COMMIT;`)
  expect(await store.ready()).toMatch(/^postgres /)
  isGranted(await store.begin(newScope(), claimOf()))
})

test('a schema of a later version is refused', async () => {
  const { pool, store } = opened({ table: 'later' })
  await store.migrate()
  await pool.query('INSERT INTO later_migrations (version) VALUES (2)')
  await expect(store.ready()).rejects.toThrow(/later version of truce/)
})

test('a user without rights is told which it needs', async () => {
  const { pool, store } = opened({ table: 'guarded' })
  await store.migrate()
  await pool.query('CREATE ROLE guest LOGIN')
  const url = new URL(server.url)
  url.username = 'guest'
  await expect(opened({ table: 'guarded' }, url.href).store.ready()).rejects.toThrow(/SELECT, INSERT, UPDATE, DELETE/)
})

test('a database that only reads is refused', async () => {
  const pool = new pg.Pool({ connectionString: server.url, options: '-c default_transaction_read_only=on' })
  onTestFinished(() => pool.end())
  await expect(postgres(pool).ready()).rejects.toThrow(/primary/)
})

test.each(['repeatable read', 'serializable'])('it keeps its promises where sessions are %s', async (isolation) => {
  const { store: owner } = opened({ table: 'isolated' })
  await owner.migrate()
  const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
  const pool = new pg.Pool({ connectionString: server.url, options, max: 8 })
  onTestFinished(() => pool.end())
  const store = postgres(pool, { table: 'isolated' })
  const scope = newScope()
  const answers = await Promise.all(Array.from({ length: 30 }, () => store.begin(scope, claimOf())))
  const granted = answers.filter(({ is }) => is === 'granted')
  expect(granted).toHaveLength(1)
  const [first] = granted
  if (first?.is !== 'granted') expect.fail('nobody was granted it')
  await store.complete(scope, { fence: first.fence, outcome: 'done', ttl: LONG })
  expect(await store.look(scope)).toMatchObject({ is: 'completed' })
  expect(await store.look(newScope())).toEqual({ is: 'absent' })
})

test('an update of a record stays on its page', async () => {
  const { pool, store } = opened({ table: 'hot' })
  await store.migrate()
  for (let i = 0; i < 50; i++) {
    const scope = newScope()
    const { fence } = isGranted(await store.begin(scope, claimOf({ lease: 30_000 })))
    await store.complete(scope, { fence, outcome: 'x'.repeat(512), ttl: LONG })
  }
  await pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ hot: number; all: number }>(
    `SELECT n_tup_hot_upd::int AS hot, n_tup_upd::int AS all FROM pg_stat_user_tables WHERE relname = 'hot'`,
  )
  expect(rows[0]?.hot).toBe(rows[0]?.all)
})
