/** In `transaction` mode the answer is committed with what the handler wrote, or neither is there. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { idempotency, notApplied } from 'truce/idempotency'
import { postgres } from 'truce/idempotency/postgres'
import { handle, type RequestContext, service } from 'truce/server'
import { httpIdempotency } from 'truce/server/idempotency'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres } from '../../../../scripts/servers/postgres.mjs'
import { problemOf } from './keyed-scene.js'

let server: Awaited<ReturnType<typeof startPostgres>>
let pool: pg.Pool
beforeAll(async () => {
  server = await startPostgres()
  pool = new pg.Pool({ connectionString: server.url, max: 4 })
  await postgres(pool).migrate()
  await pool.query(
    'CREATE TABLE orders (id text PRIMARY KEY, twin text REFERENCES orders DEFERRABLE INITIALLY DEFERRED)',
  )
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

function shop() {
  const errors: unknown[] = []
  const engine = idempotency({ store: postgres(pool), ttl: '1h', wait: 0 })
  const keyed = httpIdempotency({ engine, tenant: () => 'acme', onError: (error) => errors.push(error) })
  const create = service('shop', { idempotency: keyed }).operation('create', {
    effect: 'write',
    idempotency: { key: 'required', mode: 'transaction' },
  })
  const key = randomUUID()
  return {
    errors,
    key,
    insert: (context: RequestContext, twin: string | null = null) =>
      keyed.workOf(context, 'transaction').transaction.query('INSERT INTO orders VALUES ($1, $2)', [key, twin]),
    ask: (handler: (context: RequestContext) => Promise<Response>) =>
      handle(create, (_request, context) => handler(context))(
        new Request('http://shop.example/orders', { method: 'POST', headers: { 'idempotency-key': key } }),
      ),
    count: async () => (await pool.query('SELECT FROM orders WHERE id = $1', [key])).rowCount,
  }
}

const status = (code: number) => new Response(null, { status: code })

test('what it wrote and its answer are there together; the repeat runs nothing', async () => {
  const { insert, ask, count } = shop()
  const create = async (context: RequestContext) => {
    await insert(context)
    expect(await count()).toBe(0) // nobody else sees it yet
    return status(201)
  }
  expect((await ask(create)).status).toBe(201)
  expect(await count()).toBe(1)
  const again = await ask(create)
  expect([again.status, again.headers.get('idempotent-replayed'), await count()]).toEqual([201, 'true', 1])
})

test.for([
  ['an answer of 500', async () => status(500)],
  ['a 503 that says that nothing was done', async (context: RequestContext) => (notApplied(context), status(503))],
] as const)('%s takes back what it wrote', async ([, end]) => {
  const { insert, ask, count } = shop()
  const failing = async (context: RequestContext) => {
    await insert(context)
    return end(context)
  }
  expect((await ask(failing)).status).toBeGreaterThanOrEqual(500)
  expect(await count()).toBe(0)
  expect((await ask(async (context) => (await insert(context), status(201)))).status).toBe(201)
  expect(await count()).toBe(1)
})

test('an error takes it back, too', async () => {
  const { insert, ask, count } = shop()
  const fault = new Error('the shop broke')
  await expect(
    ask(async (context) => {
      await insert(context)
      throw fault
    }),
  ).rejects.toBe(fault)
  expect(await count()).toBe(0)
})

test('a commit that the database refuses: 503, nothing is there, and the log has the reason', async () => {
  const { insert, ask, count, errors } = shop()
  const got = await ask(async (context) => {
    await insert(context, 'no such order')
    return status(201)
  })
  expect(got.headers.get('retry-after')).toBe('1')
  expect(await problemOf(got)).toMatchObject({ status: 503, type: 'rolled-back' })
  expect([await count(), errors]).toMatchObject([0, [{ code: '23503' }]])
})
