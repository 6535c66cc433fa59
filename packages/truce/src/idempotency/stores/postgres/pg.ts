/**
 * pg (node-postgres): its pool, seen as a database.
 *
 * A connection that breaks while it is out of the pool tells so by an `error` event that ends the process
 * where nobody listens; one that is not given back, or given back broken, costs the pool a place. Both are
 * seen to here, on every path.
 *
 * @module
 */
import { abortedError, type Ask, type Body, type Closed, type Database, isRefusal, type Listening } from './database.js'
import { type Row, WROTE } from './reply.js'

/** `new pg.Pool()`. */
export interface PgPool {
  query(query: PgQuery): Promise<PgResult>
  connect(): Promise<PgClient>
  readonly options: { readonly max?: number | undefined }
}

/** A client of the pool. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  release(broken?: Error | boolean): void
  on(event: string, listener: (...args: never[]) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
}

export interface PgQuery {
  readonly text: string
  readonly name?: string
  readonly values?: readonly unknown[]
  readonly rowMode: 'array'
}

export interface PgResult {
  readonly rows: unknown[][]
  readonly rowCount: number | null
  readonly command: string
}

/** What may ask: the pool, one of its clients, a client of the caller's. */
type Asked = Pick<PgPool, 'query'>

export function pgDatabase<Client extends PgClient>(pool: PgPool, prepare: boolean): Database<Client> {
  const through = (asked: Asked): Ask => {
    return async ({ name, text, counts }, values) => {
      const query: PgQuery =
        prepare && name !== '' ? { name, text, values, rowMode: ARRAY } : { text, values, rowMode: ARRAY }
      const { rows, rowCount } = await asked.query(query)
      if (counts) return rowCount === 0 ? [] : WROTE
      return rows as unknown as readonly Row[]
    }
  }
  return {
    ask: through(pool),
    within: through,
    transaction: async (body) => {
      const client = (await pool.connect()) as Client
      const watched = watch(client)
      let broken = true
      try {
        await client.query(BEGIN)
        const closed = await close(client, () => body(through(client), client))
        broken = closed.broken || watched.isBroken()
        return closed.closed()
      } finally {
        watched.stop()
        client.release(broken)
      }
    },
    listen: (channel, heard, up) => listen(pool, channel, heard, up),
  }
}

const ARRAY = 'array'
const BEGIN = { text: 'BEGIN', rowMode: ARRAY } as const
const COMMIT = { text: 'COMMIT', rowMode: ARRAY } as const
const ROLLBACK = { text: 'ROLLBACK', rowMode: ARRAY } as const

/** Takes the errors that nobody else waits for. */
function watch(client: PgClient, gone: () => void = () => undefined) {
  let isBroken = false
  const broke = () => {
    isBroken = true
    gone()
  }
  client.on('error', broke)
  client.on('end', broke)
  return {
    isBroken: () => isBroken,
    stop() {
      client.off('error', broke)
      client.off('end', broke)
    },
  }
}

/** @returns how it ended, and whether the connection is fit for another */
async function close<Result>(
  client: PgClient,
  body: () => ReturnType<Body<PgClient, Result>>,
): Promise<{ broken: boolean; closed: () => Closed<Result> }> {
  let done
  try {
    done = await body()
  } catch (error) {
    const broken = !(await rollback(client))
    return {
      broken,
      closed: () => {
        throw error
      },
    }
  }
  const { commits, result } = done
  if (!commits) return { broken: !(await rollback(client)), closed: () => ({ end: 'rolled-back', result }) }
  try {
    const { command } = await client.query(COMMIT)
    if (command === 'COMMIT') return { broken: false, closed: () => ({ end: 'committed', result }) }
    return { broken: false, closed: () => ({ end: 'refused', result, error: abortedError() }) }
  } catch (error) {
    const refused = isRefusal(error)
    return { broken: !refused, closed: () => ({ end: refused ? 'refused' : 'unknown', result, error }) }
  }
}

/** @returns false where the connection is gone: then the server does it by itself */
async function rollback(client: PgClient): Promise<boolean> {
  return client.query(ROLLBACK).then(
    () => true,
    () => false,
  )
}

/** One client of the pool, as long as somebody waits; never the last one, which whoever works would wait for. */
async function listen(
  pool: PgPool,
  channel: string,
  heard: (payload: string) => void,
  up: (is: boolean) => void,
): Promise<Listening | undefined> {
  if (pool.options.max === 1) return undefined
  const client = await pool.connect()
  let listens = true
  const notified = ({ payload }: { readonly payload?: string }) => {
    if (payload !== undefined) heard(payload)
  }
  const release = (broken: boolean) => {
    if (!listens) return
    listens = false
    up(false)
    client.off('notification', notified)
    watched.stop()
    client.release(broken)
  }
  const watched = watch(client, () => release(true))
  client.on('notification', notified)
  try {
    await client.query({ text: `LISTEN "${channel}"`, rowMode: ARRAY })
  } catch (error) {
    release(true)
    throw error
  }
  up(true)
  return async () => {
    if (!listens) return
    const quiet = await client.query({ text: `UNLISTEN "${channel}"`, rowMode: ARRAY }).then(
      () => true,
      () => false,
    )
    release(!quiet)
  }
}
