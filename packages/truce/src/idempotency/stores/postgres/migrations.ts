/**
 * Migrations: the schema that the store needs, as SQL, in versions.
 *
 * Who runs migrations by a tool of their own takes the text; everybody else calls `store.migrate()`, which
 * any number of processes may do at once.
 *
 * @module
 */
import { functions, micros } from './functions.js'
import { type Table, tableOf, type TableOptions } from './table.js'

/** One step from a version of the schema to the next. */
export interface Migration {
  readonly version: number
  readonly name: string
  /** Statements to run in one transaction. They write the version down themselves. */
  readonly sql: string
}

/** The version that this store works with. */
export const VERSION = 1

/**
 * What is to be run, in this order, each in a transaction; the schema itself must be there.
 *
 * @throws OptionError where a name is no plain identifier
 * @example
 * for (const { sql } of migrations({ schema: 'shop' })) await client.query(`BEGIN; ${sql} COMMIT;`)
 */
export function migrations(options: TableOptions = {}): readonly Migration[] {
  return migrationsOf(tableOf(options))
}

export function migrationsOf(table: Table): readonly Migration[] {
  return [{ version: 1, name: 'records', sql: records(table) }]
}

/**
 * Wide columns of a fixed size come first, so that no space is lost between them. Room is left on each
 * page for the update that every record gets. The defaults are those of a claim of a new key: the shorter its
 * statement, the less a client has to do.
 */
const records = (table: Table) => `
CREATE TABLE ${table.migrations} (
  version integer PRIMARY KEY,
  applied timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE ${table.name} (
  fence       bigint NOT NULL DEFAULT ${micros('statement_timestamp()')}, -- grows with every claim of the key
  lease       timestamptz NOT NULL,          -- when the run's right to the key ends
  created     timestamptz NOT NULL DEFAULT statement_timestamp(),
  settled     timestamptz,                   -- when it was completed
  expires     timestamptz NOT NULL,          -- from then on it is forgotten
  sweep       timestamptz NOT NULL,          -- before then there is nothing to delete
  claims      integer NOT NULL DEFAULT 1,
  reconcile   boolean NOT NULL DEFAULT false,
  waited      boolean NOT NULL DEFAULT false, -- somebody wants to be told of its end
  scope       text COLLATE "C" PRIMARY KEY,  -- hash of tenant, operation and key
  fingerprint text COLLATE "C" NOT NULL,     -- hash of the payload
  mode        text COLLATE "C" NOT NULL,
  state       text COLLATE "C" NOT NULL DEFAULT 'running',     -- running, completed, unknown, free
  run         text COLLATE "C" NOT NULL,
  points      jsonb,                         -- results of finished steps
  outcome     text COLLATE "C"               -- how the work ended
) WITH (fillfactor = 50);
CREATE INDEX ${table.sweep} ON ${table.name} (sweep);
${functions(table)}
INSERT INTO ${table.migrations} (version) VALUES (1);
`
