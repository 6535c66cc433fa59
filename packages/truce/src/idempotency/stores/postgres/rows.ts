/**
 * Rows in Postgres: insert-if-absent and conditional writes on a table of the service's own.
 *
 * A statement sees the rows as they were when it began. Where another's commit comes in while it waits for a
 * lock, a look beside the write finds no row, or the one of before: so a change looks through a lock, which
 * always gives the newest, and an insert that met a row which it cannot see yet is asked again.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import { checkId, checkVersion, FIRST, type Rows } from '../../rows.js'
import { identifier, type RowsOptions, type TableRows, tableRows } from '../table-rows.js'
import { sqlStateOf } from './database.js'
import type { PgClient } from './pg-client.js'
import type { PostgresJsQueries } from './postgres-js.js'

/** What `rows()` in Postgres may be told. */
export interface PostgresRowsOptions<Row extends object> extends RowsOptions<Row> {
  /** Of the table. Default: the first of the connection's `search_path` that has it. */
  readonly schema?: string | undefined
}

/** Anything of `pg` or postgres.js that takes statements: a pool, a client, a transaction. Of overloads, types see one. */
export type Queried = { query: (...args: never[]) => unknown } | { unsafe: (...args: never[]) => unknown }

type Ask = (text: string, values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>

/** So often a row may come and go in between; more is not chance. */
const MOST_TRIES = 10
/** No unique index for `ON CONFLICT`. */
const NO_INDEX = '42P10'

/**
 * Rows of a table in Postgres, through `pg` (pool, client) or postgres.js (`sql`).
 *
 * Given the client of an open transaction, what is written is part of it, and whoever writes the same row
 * waits for its end. Values are what the client makes of the columns' types.
 *
 * @throws OptionError where the client is neither, or a name is no plain identifier
 * @example
 * const stock = rows<{ count: number }>(new pg.Pool(), { table: 'stock', id: 'sku', columns: ['count'] })
 * const { inserted, row } = await stock.insertIfAbsent('tea', { count: 5 })
 */
export function rows<Row extends object>(client: Queried, options: PostgresRowsOptions<Row>): Rows<Row> {
  const table = tableRows(options, ['schema'])
  const schema = options.schema === undefined ? '' : `"${identifier('rows().schema', options.schema)}".`
  const ask = askOf(client)
  const sql = statements(table, `${schema}"${table.table}"`)

  return {
    insertIfAbsent: async (id, row) => {
      const members = table.members('row', row)
      const text = sql.insert(members.map(([name]) => name))
      const values = [checkId(id), ...members.map(([, value]) => value)]
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const [found] = await ask(text, values).catch((error: unknown) => {
          throw sqlStateOf(error) === NO_INDEX ? table.noIndex(error as Error) : error
        })
        if (found) return { inserted: Number(found[0]) === 1, ...table.rowOf<Row>(found.slice(1)) }
      }
      throw table.unseen(id)
    },
    updateIfVersion: async (id, version, change) => {
      const members = table.members('change', change)
      const values = [checkId(id), checkVersion(version), ...members.map(([, value]) => value)]
      const [found] = await ask(sql.update(members.map(([name]) => name)), values)
      if (!found) return { is: 'absent' }
      return { is: Number(found[0]) === 1 ? 'updated' : 'stale', ...table.rowOf<Row>(found.slice(1)) }
    },
    read: async (id) => {
      const [found] = await ask(sql.read, [checkId(id)])
      return found && table.rowOf<Row>(found)
    },
  }
}

/** Each of them one statement: one round trip, atomic also without a transaction. */
function statements({ id, version, columns }: TableRows, table: string) {
  const quoted = (name: string) => `"${name}"`
  const seen = (of = '') => [version, ...columns].map((name) => `${of}${quoted(name)}`).join(', ')
  return {
    insert: (names: readonly string[]) => `
      WITH made AS (
        INSERT INTO ${table} (${[id, version, ...names].map(quoted).join(', ')})
        VALUES (${['$1', FIRST, ...names.map((_, index) => `$${index + 2}`)].join(', ')})
        ON CONFLICT ("${id}") DO NOTHING RETURNING ${seen()}
      )
      SELECT 1, ${seen()} FROM made
      UNION ALL SELECT 0, ${seen()} FROM ${table} WHERE "${id}" = $1 AND NOT EXISTS (SELECT FROM made)`,
    update: (names: readonly string[]) => `
      WITH held AS (SELECT ${seen()} FROM ${table} WHERE "${id}" = $1 FOR NO KEY UPDATE),
      made AS (
        UPDATE ${table} AS t
        SET ${[`"${version}" = t."${version}" + 1`, ...names.map((name, index) => `"${name}" = $${index + 3}`)].join(', ')}
        FROM held WHERE t."${id}" = $1 AND held."${version}" = $2 RETURNING ${seen('t.')}
      )
      SELECT 1, ${seen()} FROM made UNION ALL SELECT 0, ${seen()} FROM held WHERE NOT EXISTS (SELECT FROM made)`,
    read: `SELECT ${seen()} FROM ${table} WHERE "${id}" = $1`,
  }
}

/** By position: what a client makes of columns' names may be anything. */
function askOf(client: unknown): Ask {
  const { unsafe, query } = (client ?? {}) as { readonly unsafe?: unknown; readonly query?: unknown }
  if (typeof unsafe === 'function') {
    const sql = client as PostgresJsQueries
    // It asks for the types of parameters first, unless it has prepared the statement.
    return async (text, values) =>
      (await sql.unsafe(text, [...values] as never[], { prepare: true }).values()) as readonly unknown[][]
  }
  if (typeof query === 'function') {
    const asked = client as Pick<PgClient, 'query'>
    return async (text, values) => (await asked.query({ text, values: [...values], rowMode: 'array' })).rows
  }
  throw new OptionError('client', client, 'a pool or client of pg, or the `sql` of postgres.js or of its transaction')
}
