import { randomUUID } from 'node:crypto'
import pg from 'pg'
import postgresJs from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COLUMNS, type Item, rowsConformance } from '../../../../test/idempotency/rows-conformance.js'
import { startPostgres } from '../../../../../../scripts/servers/postgres.mjs'
import { rows } from './rows.js'

const AT = { table: 'items', id: 'sku', columns: COLUMNS }

let server: Awaited<ReturnType<typeof startPostgres>>
let pool: pg.Pool
beforeAll(async () => {
  server = await startPostgres()
  pool = new pg.Pool({ connectionString: server.url, max: 10 })
  for (const schema of ['public', '"Shop_1"']) {
    await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    await pool.query(
      `CREATE TABLE ${schema}.items (sku text PRIMARY KEY, version bigint NOT NULL, name text, count integer, note text)`,
    )
  }
}, 60_000)
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

rowsConformance('pg', async () => {
  const other = new pg.Pool({ connectionString: server.url, max: 10 })
  return { rows: rows<Item>(pool, AT), others: rows<Item>(other, AT), close: () => other.end() }
})

rowsConformance('postgres.js', async () => {
  const options = { max: 10, onnotice: () => undefined, transform: postgresJs.camel }
  const [sql, other] = [postgresJs(server.url, options), postgresJs(server.url, { ...options, prepare: false })]
  const at = { ...AT, schema: 'Shop_1' }
  return {
    rows: rows<Item>(sql, at),
    others: rows<Item>(other, at),
    close: () => Promise.all([sql.end(), other.end()]).then(() => undefined),
  }
})

/** A client with a transaction open, in which `id` was written; both are given back at the end. */
async function transaction<Result>(body: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    return await body(client)
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

async function someoneWaits(): Promise<void> {
  const waits = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
  await expect.poll(async () => (await pool.query<{ n: number }>(waits)).rows[0]?.n, { timeout: 5_000 }).toBe(1)
}

const TEA = { name: 'tea', count: 5, note: null }
const COFFEE = { name: 'coffee', count: 1, note: null }

describe('beside an open transaction', () => {
  test.each([
    ['is told of its row', 'COMMIT', { inserted: false, row: TEA, version: 1 }],
    ['wins where that is rolled back', 'ROLLBACK', { inserted: true, row: COFFEE, version: 1 }],
  ])('an insert waits for the other, and %s', async (_, end, expected) => {
    const stock = rows<Item>(pool, AT)
    const id = randomUUID()
    const late = await transaction(async (client) => {
      await rows<Item>(client, AT).insertIfAbsent(id, TEA)
      const waiting = stock.insertIfAbsent(id, COFFEE)
      await someoneWaits()
      await client.query(end)
      return waiting
    })
    expect(late).toEqual(expected)
  })

  test.each([
    ['commits', 'COMMIT', { is: 'stale', row: { ...TEA, count: 4 }, version: 2 }],
    ['rolls back', 'ROLLBACK', { is: 'updated', row: { ...TEA, count: 3 }, version: 2 }],
  ])('a change waits for the other, which %s', async (_, end, answer) => {
    const stock = rows<Item>(pool, AT)
    const id = randomUUID()
    await stock.insertIfAbsent(id, TEA)
    const late = await transaction(async (client) => {
      await rows<Item>(client, AT).updateIfVersion(id, 1, { count: 4 })
      const waiting = stock.updateIfVersion(id, 1, { count: 3 })
      await someoneWaits()
      await client.query(end)
      return waiting
    })
    expect(late).toEqual(answer)
    expect(await stock.read(id)).toMatchObject({ version: 2 })
  })

  test('a change of a row that the other deletes finds none', async () => {
    const stock = rows<Item>(pool, AT)
    const id = randomUUID()
    await stock.insertIfAbsent(id, TEA)
    const late = await transaction(async (client) => {
      await client.query('DELETE FROM items WHERE sku = $1', [id])
      const waiting = stock.updateIfVersion(id, 1, { count: 3 })
      await someoneWaits()
      await client.query('COMMIT')
      return waiting
    })
    expect(late).toEqual({ is: 'absent' })
  })

  test('a stricter isolation is told that it cannot be served, and can be tried again', async () => {
    const id = randomUUID()
    await transaction(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      await client.query('SELECT 1')
      await rows<Item>(pool, AT).insertIfAbsent(id, TEA)
      await expect(rows<Item>(client, AT).insertIfAbsent(id, COFFEE)).rejects.toMatchObject({ code: '40001' })
    })
  })
})

describe('within a transaction', () => {
  test('of pg: rolled back with it', async () => {
    const id = randomUUID()
    await transaction(async (client) => {
      const mine = rows<Item>(client, AT)
      expect(await mine.insertIfAbsent(id, TEA)).toMatchObject({ inserted: true })
      expect(await mine.updateIfVersion(id, 1, { count: 4 })).toMatchObject({ is: 'updated' })
      expect(await mine.insertIfAbsent(id, COFFEE)).toMatchObject({ inserted: false, version: 2 })
    })
    expect(await rows<Item>(pool, AT).read(id)).toBeUndefined()
  })

  test('of postgres.js: committed with it', async () => {
    const sql = postgresJs(server.url, { max: 1, onnotice: () => undefined })
    const id = randomUUID()
    await sql.begin(async (own) => {
      await rows<Item>(own, AT).insertIfAbsent(id, TEA)
      expect(await rows<Item>(pool, AT).read(id)).toBeUndefined()
    })
    expect(await rows<Item>(sql, AT).read(id)).toEqual({ row: TEA, version: 1 })
    await sql.end()
  })
})

test('one round trip each', async () => {
  const asked: string[] = []
  const counting = {
    query: (query: { text: string; values: unknown[]; rowMode: 'array' }) => {
      asked.push(query.text)
      return pool.query(query)
    },
  }
  const stock = rows<Item>(counting, AT)
  const id = randomUUID()
  await stock.insertIfAbsent(id, TEA)
  await stock.insertIfAbsent(id, COFFEE)
  await stock.updateIfVersion(id, 1, { count: 4 })
  await stock.updateIfVersion(id, 1, { count: 3 })
  await stock.updateIfVersion(randomUUID(), 1, { count: 3 })
  await stock.read(id)
  expect(asked).toHaveLength(6)
})

describe('a table that is not as it has to be', () => {
  test('without a unique index', async () => {
    await pool.query('CREATE TABLE plain (sku text, version integer NOT NULL, name text)')
    const plain = rows<{ name: string }>(pool, { table: 'plain', id: 'sku', columns: ['name'] })
    await expect(plain.insertIfAbsent('a', { name: 'b' })).rejects.toThrow(
      'option rows().id is "sku"; allowed: a column',
    )
  })

  test('another unique index is the caller’s own, and its violation an error', async () => {
    await pool.query('CREATE TABLE users (id text PRIMARY KEY, version integer NOT NULL, email text UNIQUE)')
    const users = rows<{ email: string }>(pool, { table: 'users', id: 'id', columns: ['email'] })
    await users.insertIfAbsent('1', { email: 'ann@example.org' })
    await expect(users.insertIfAbsent('2', { email: 'ann@example.org' })).rejects.toMatchObject({ code: '23505' })
  })

  test('a policy hides the row that is there', async () => {
    await pool.query(`
      CREATE TABLE hidden (id text PRIMARY KEY, version integer NOT NULL, owner text);
      ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON hidden USING (owner = current_user);
      CREATE ROLE tenant;
      GRANT ALL ON hidden TO tenant;
      INSERT INTO hidden VALUES ('1', 1, 'landlord')`)
    await transaction(async (client) => {
      await client.query('SET LOCAL ROLE tenant')
      const hidden = rows<{ owner: string }>(client, { table: 'hidden', id: 'id', columns: ['owner'] })
      expect(await hidden.insertIfAbsent('2', { owner: 'tenant' })).toMatchObject({ inserted: true })
      await expect(hidden.insertIfAbsent('1', { owner: 'tenant' })).rejects.toThrow('ids that may be written and read')
    })
  })

  test('a version that is none', async () => {
    await pool.query(`CREATE TABLE old (id text PRIMARY KEY, version integer, name text)`)
    await pool.query(`INSERT INTO old VALUES ('a', NULL, 'b')`)
    const old = rows<{ name: string }>(pool, { table: 'old', id: 'id', columns: ['name'] })
    await expect(old.read('a')).rejects.toThrow('NOT NULL DEFAULT 1')
  })
})

test.each([
  ['rows().schema', { schema: 'a.b' }],
  ['rows().schema', { schema: '"' }],
  ['rows().table', { table: 'items"' }],
  ['rows().colums', { colums: [] }],
])('%s is refused: %j', (option, changes) => {
  expect(() => rows<Item>(pool, { ...AT, ...changes })).toThrow(`option ${option} is`)
})

test.each([undefined, null, {}, 'postgres://'])('the client %j is refused', (client) => {
  expect(() => rows<Item>(client as never, AT)).toThrow('option client is')
})
