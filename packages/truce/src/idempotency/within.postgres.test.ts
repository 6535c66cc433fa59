import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startPostgres } from '../../../../scripts/servers/postgres.mjs'
import { idempotency, idempotencyKey } from './index.js'
import { postgres } from './stores/postgres/index.js'

/** The engine in a transaction of the caller's: who is told may end it at once, and nothing may come after. */
let server: Awaited<ReturnType<typeof startPostgres>>
let pool: pg.Pool

beforeAll(async () => {
  server = await startPostgres()
  pool = new pg.Pool({ connectionString: server.url, max: 4 })
  await postgres(pool).migrate()
  await pool.query('CREATE TABLE effects (key text NOT NULL)')
}, 60_000)

afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

const request = () => ({ tenant: 'acme', operation: 'orders.create', key: idempotencyKey(), payload: null }) as const
const engine = () => idempotency({ store: postgres(pool), ttl: '24h' })

async function began(): Promise<pg.PoolClient> {
  const client = await pool.connect()
  onTestFinished(() => client.release())
  await client.query('BEGIN')
  return client
}

async function effects(key: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM effects WHERE key = $1', [key])
  return rows[0]?.n ?? -1
}

function gate(): { readonly open: Promise<void>; readonly pass: () => void } {
  let pass: () => void = () => undefined
  const open = new Promise<void>((resolve) => (pass = resolve))
  return { open, pass }
}

test('a caller who leaves is told when nothing more is written through its transaction', async () => {
  const client = await began()
  const asked = request()
  const [caller, working, go] = [new AbortController(), gate(), gate()]
  let isTold = false
  const told = engine()
    .outcome({ ...asked, mode: 'transaction', within: client, signal: caller.signal }, async ({ transaction }) => {
      working.pass()
      await go.open
      expect(isTold).toBe(false)
      await transaction.query('INSERT INTO effects VALUES ($1)', [asked.key])
      return 1
    })
    .finally(() => (isTold = true))
  await working.open
  caller.abort(new Error('gone'))
  await pool.query('SELECT 1') // a turn in which it could have been told
  go.pass()
  expect(await told).toMatchObject({ ok: true, value: 1 })
  await client.query('ROLLBACK')
  expect(await effects(asked.key)).toBe(0)
  expect(await engine().execute({ ...asked, mode: 'transaction' }, () => 'again')).toBe('again')
})

test('two keys at once in one transaction are refused: the savepoint of one would undo the other', async () => {
  const client = await began()
  const [one, other] = [request(), request()]
  const [working, go] = [gate(), gate()]
  const first = engine().execute({ ...one, mode: 'transaction', within: client }, async ({ transaction }) => {
    await transaction.query('INSERT INTO effects VALUES ($1)', [one.key])
    working.pass()
    await go.open
    return 1
  })
  await working.open
  const second = engine().execute({ ...other, mode: 'transaction', within: client }, () => expect.fail('it ran'))
  await expect(second).rejects.toThrow(/within is .*no other key is at work/)
  go.pass()
  expect(await first).toBe(1)
  await client.query('COMMIT')
  expect(await effects(one.key)).toBe(1)
})

test('a client without a transaction, or in one that failed, is no outage of the store', async () => {
  const client = await pool.connect()
  onTestFinished(() => client.release())
  const asked = { ...request(), mode: 'transaction', within: client } as const
  const run = () => engine().execute(asked, () => expect.fail('it ran'))
  await expect(run()).rejects.toMatchObject({ code: 'TRUCE_OPTION', option: 'within' })
  await client.query('BEGIN')
  await client.query('nonsense').catch(() => undefined)
  await expect(run()).rejects.toMatchObject({ code: 'TRUCE_OPTION', option: 'within' })
  await client.query('ROLLBACK')
})

test('a handler that commits by itself is not told that its run is done', async () => {
  const asked = request()
  const ended = await engine().outcome({ ...asked, mode: 'transaction' }, async ({ transaction }) => {
    await transaction.query('INSERT INTO effects VALUES ($1)', [asked.key])
    await transaction.query('COMMIT')
    await transaction.query('BEGIN')
    return 1
  })
  expect(ended.ok).toBe(false)
})
