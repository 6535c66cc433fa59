/**
 * Scene: a Postgres of the test's own, both of its clients seen alike, and what can happen to them.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import postgresJs from 'postgres'
import { expect, onTestFinished } from 'vitest'
import { startPostgres } from '../../../../scripts/servers/postgres.mjs'
import type { Granted } from '../../src/policy/idempotency/record.js'
import type { IdempotencyStore, Worked } from '../../src/idempotency/store.js'
import { postgres } from '../../src/idempotency/stores/postgres/index.js'
import { claimOf } from './at-hand.js'

export let server: Awaited<ReturnType<typeof startPostgres>>
export let admin: pg.Pool
export async function startScene(): Promise<void> {
  server = await startPostgres()
  admin = pool()
  await postgres(admin).migrate()
  await admin.query('CREATE TABLE effects (id text NOT NULL)')
}

export async function endScene(): Promise<void> {
  await admin?.end()
  await server?.stop()
}

export function pool(url = server.url, max = 4): pg.Pool {
  const made = new pg.Pool({ connectionString: url, max })
  made.on('error', () => undefined) // an idle connection of a server that was killed
  return made
}

/** Either client, seen alike: a store, and statements through its transactions. */
export interface Opened {
  readonly store: IdempotencyStore<unknown>
  run(transaction: unknown, text: string): Promise<unknown>
  /** In a transaction of the caller's own, which is committed. */
  begin(work: (transaction: unknown) => Promise<void>): Promise<void>
  end(): Promise<void>
}

function withPg(url = server.url, max = 4): Opened {
  const made = pool(url, max)
  const run = (client: unknown, text: string) => (client as pg.PoolClient).query(text)
  return {
    store: postgres(made) as IdempotencyStore<unknown>,
    run,
    async begin(work) {
      const client = await made.connect()
      try {
        await client.query('BEGIN')
        await work(client)
        await client.query('COMMIT')
      } finally {
        client.release()
      }
    },
    end: () => made.end(),
  }
}

function withPostgresJs(url = server.url, max = 4): Opened {
  const sql = postgresJs(url, { max, onnotice: () => undefined, backoff: () => 0.01 })
  return {
    store: postgres(sql) as IdempotencyStore<unknown>,
    run: async (transaction, text) => (transaction as postgresJs.TransactionSql).unsafe(text),
    async begin(work) {
      await sql.begin((transaction) => work(transaction))
    },
    end: () => sql.end({ timeout: 1 }),
  }
}

/** Closed with the test. */
export function opened(made: Opened): Opened {
  onTestFinished(async () => {
    await made.store.close()
    await made.end()
  })
  return made
}

export const claim = (changes = {}) => claimOf({ mode: 'transaction', ...changes })
export const transact = (
  { store }: Opened,
  scope: string,
  work: (granted: Granted, transaction: unknown) => Promise<Worked>,
  changes = {},
) => store.transact?.(scope, claim(changes), work) ?? expect.fail('it has no transact()')

export async function count(id: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>('SELECT count(*)::int FROM effects WHERE id = $1', [id])
  return rows[0]?.count ?? -1
}

/** A moment that a test waits for. */
export function moment<T = void>() {
  let come: (value: T) => void = () => undefined
  const here = new Promise<T>((resolve) => (come = resolve))
  return { here, come }
}

export async function backendOf(db: Opened, transaction: unknown): Promise<number> {
  const answer = await db.run(transaction, 'SELECT pg_backend_pid() AS pid')
  const [row] = (answer as pg.QueryResult<{ pid: number }>).rows ?? (answer as { pid: number }[])
  return row?.pid ?? expect.fail('no process id')
}

/**
 * A proxy that cuts a connection at a COMMIT: instead of passing on the message that holds it, in the midst of that
 * message, so that only what stands before the COMMIT arrives, or instead of its answer.
 */
export async function proxy(when: 'before' | 'between' | 'after' | 'never') {
  let armed = false
  let sent = 0
  const sockets = new Set<Socket>()
  const listening = createServer((client) => {
    const upstream = connect(server.port, server.host)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    let cuts = false
    client.on('data', (chunk) => {
      sent++
      const at = chunk.toString('latin1').search(/truce-commit|\bcommit\b/i)
      if (armed && at >= 0 && when !== 'never') {
        armed = false
        if (when === 'before') return client.destroy()
        if (when === 'between') return upstream.write(chunk.subarray(0, at), () => client.destroy())
        cuts = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => (cuts ? client.destroy() : client.write(chunk)))
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  })
  const { port } = listening.address() as { port: number }
  const url = new URL(server.url)
  url.port = String(port)
  return { url: url.href, arm: () => (armed = true), /** Messages of clients. */ sent: () => sent }
}

export const clients = [
  ['pg', withPg],
  ['postgres.js', withPostgresJs],
] as const

export async function untilItFails(ask: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 0; tries < 1_000; tries++) {
    try {
      await ask()
    } catch (error) {
      return error
    }
  }
}

export async function untilItAnswers<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries > 100) throw error
    }
  }
}

/** Until somebody's wait has flagged the record. */
export async function flagged(scope: string): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    const { rows } = await admin.query<{ waited: boolean }>('SELECT waited FROM truce_idempotency WHERE scope = $1', [
      scope,
    ])
    if (rows[0]?.waited) return
  }
  expect.fail('nobody flagged the record')
}

/** What is told from now on. */
export async function notifications() {
  const client = new pg.Client(server.url)
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('LISTEN truce_idempotency')
  const next = once(client, 'notification').then(([{ payload }]) => (payload as string | undefined) ?? '')
  return { next }
}
