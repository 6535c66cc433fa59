/**
 * Client: which of the two it was given, told by its shape.
 *
 * Neither library is imported: a copy of the service's own may be another version, and whoever uses one
 * does not install the other.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import type { Database } from './database.js'
import { pgDatabase } from './pg.js'
import type { PgClient, PgPool } from './pg-client.js'
import { type PostgresJs, postgresJsDatabase, type PostgresJsQueries } from './postgres-js.js'

/** Anything like `pg.Pool`: of its overloads, types see one. */
export interface PgPoolOf {
  connect: (...args: never[]) => unknown
  query: (...args: never[]) => unknown
}

/** Anything like postgres.js' `sql`. */
export interface PostgresJsOf {
  begin: (...args: never[]) => unknown
  unsafe: (...args: never[]) => unknown
}

/** What a handler writes through: pg's client, or postgres.js' `sql` of the transaction. */
export type TransactionOf<Client> = Client extends {
  begin: { (body: (transaction: infer Transaction) => never): unknown; (...args: never[]): unknown }
}
  ? Transaction
  : Client extends { connect: { (): Promise<infer Connected>; (...args: never[]): unknown } }
    ? Connected
    : never

export function clientOf<Client>(client: Client, prepare: boolean): Database<TransactionOf<Client>> {
  if (isPostgresJs(client)) return postgresJsDatabase<PostgresJsQueries>(client, prepare) as never
  if (isPgPool(client)) return pgDatabase<PgClient>(client, prepare) as never
  throw new OptionError('client', client, 'a pool of pg (`new pg.Pool()`), or the `sql` of postgres.js (`postgres()`)')
}

function isPostgresJs(client: unknown): client is PostgresJs {
  return typeof client === 'function' && has(client, 'unsafe') && has(client, 'begin') && has(client, 'listen')
}

/** A single `pg.Client` has `connect` and `query` too, but no pool's counts. */
function isPgPool(client: unknown): client is PgPool {
  const isObject = typeof client === 'object' && client !== null
  return isObject && has(client, 'query') && has(client, 'connect') && 'totalCount' in client && 'options' in client
}

function has(client: object, method: string): boolean {
  return typeof (client as Record<string, unknown>)[method] === 'function'
}
