/**
 * pg (node-postgres): its pool, seen as a database.
 *
 * A client that is not given back, or given back broken, costs the pool a place: that is seen to on every path.
 *
 * @module
 */
import type { Ask, Database, Listening, Value } from './database.js'
import type { Answer, Answered } from './pg-message.js'
import { send, sent } from './pg-send.js'
import type { PgClient, PgPool } from './pg-client.js'
import { pgTransaction } from './pg-transaction.js'
import { watch } from './pg-watch.js'
import { type Row, WROTE } from './reply.js'
import type { Statement } from './statements.js'

export function pgDatabase<Client extends PgClient>(pool: PgPool, prepare: boolean): Database<Client> {
  const through = (client: PgClient): Ask => {
    return async (statement, values) => {
      if (statement.name === '') return plain(client, statement, values)
      const [answer] = await sent(client, prepare, [{ statement, values }])
      return rowsOf(statement, answer)
    }
  }
  /** On any client. Callbacks, not promises: each of those is felt (`npm run bench:idempotency`). */
  const ask: Ask = (statement, values) =>
    new Promise((resolve, reject) => {
      pool.connect((failed, client) => {
        if (client === undefined) return reject(failed ?? new Error('The pool gave no client'))
        const answered: Answered = (error, answers) => {
          client.off('error', ignore)
          // One on which something failed is not used again, as with `pool.query`.
          client.release(Boolean(error))
          if (error) reject(error)
          else resolve(rowsOf(statement, answers?.[0]))
        }
        client.on('error', ignore)
        if (statement.name !== '') return send(client, prepare, [{ statement, values }], answered)
        plain(client, statement, values).then(
          (rows) => answered(undefined, [{ rows: rows as string[][], tag: '' }]),
          answered,
        )
      })
    })
  return {
    ask,
    within: through,
    transaction: async (body, first) => {
      const client = (await pool.connect()) as Client
      return pgTransaction(client, prepare, through(client), body, first)
    },
    listen: (channel, heard, up) => listen(pool, channel, heard, up),
  }
}

const ARRAY = 'array'

/** Whoever waits for the answer is told as well. */
const ignore = () => undefined

/** A message of more than one statement, which takes no values. */
async function plain(client: PgClient, { text }: Statement, values: readonly Value[]): Promise<readonly Row[]> {
  const { rows } = await client.query({ text, values, rowMode: ARRAY })
  return rows as unknown as readonly Row[]
}

function rowsOf({ counts }: Statement, answer: Answer | undefined): readonly Row[] {
  if (answer === undefined) return []
  if (counts) return answer.tag.endsWith(' 0') ? [] : WROTE
  return answer.rows
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
