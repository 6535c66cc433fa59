/**
 * Postgres store: records in a table of the service's own database, through `pg` or `postgres` (postgres.js).
 *
 * It is the store for effects that are themselves rows: in `transaction` mode the claim, what the handler
 * writes and the result are one commit.
 *
 * @module
 */
import type { IdempotencyStore } from '../../store.js'
import { clientOf, type PgPoolOf, type PostgresJsOf, type TransactionOf } from './client.js'
import { commandsOf } from './commands.js'
import { migrate, ready } from './schema.js'
import { statementsOf } from './statements.js'
import { type TableOptions, tableOf } from './table.js'
import { transactOf } from './transact.js'
import { waitingOn } from './waiting.js'

export { type Migration, migrations } from './migrations.js'
export type { PgClient, PgPool, PgQuery, PgResult } from './pg-client.js'
export type { PostgresJs, PostgresJsQueries } from './postgres-js.js'
export { type PostgresRowsOptions, type Queried, rows } from './rows.js'
export type { TableOptions } from './table.js'

/** What `postgres()` may be told. */
export interface PostgresOptions extends TableOptions {
  /** Prepare each statement once a connection; `false` behind a pooler in transaction mode. Default true. */
  readonly prepare?: boolean | undefined
  /** Be told (LISTEN) of the end of runs that are waited for, instead of asking. Default as `prepare`. */
  readonly listen?: boolean | undefined
}

/** A store in Postgres, with its migration. */
export interface PostgresStore<Transaction> extends IdempotencyStore<Transaction> {
  /** Creates or updates the tables; any number of processes may do so at once. */
  migrate(): Promise<void>
}

/**
 * Records in Postgres.
 *
 * @param client a `pg.Pool`, or the `sql` of postgres.js; it stays the caller's, to be closed after the store
 * @throws OptionError where the client is neither, or an option is wrong
 * @example
 * const store = postgres(new pg.Pool())
 * await store.migrate()
 * const payments = idempotency({ store, ttl: '72h' })
 */
export function postgres<Client extends PgPoolOf | PostgresJsOf>(
  client: Client,
  options: PostgresOptions = {},
): PostgresStore<TransactionOf<Client>> {
  const { prepare = true, listen = prepare } = options
  const table = tableOf(options)
  const statements = statementsOf(table)
  const database = clientOf(client, prepare)
  const commands = commandsOf(database.ask, statements)
  const { changed, close } = waitingOn(database, database.ask, statements, table.channel, listen)
  return {
    name: 'postgres',
    ...commands,
    changed,
    transact: transactOf(database, statements),
    migrate: () => migrate(database, table),
    ready: () => ready(database.ask, table),
    close,
  }
}
