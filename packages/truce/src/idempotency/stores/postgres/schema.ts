/**
 * Schema: is what the store needs there, and what is its promise worth?
 *
 * A service that starts before its migrations, or on yesterday's, should say at its start what is missing,
 * not with the first payment.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import { type Ask, type Database, plain, sqlStateOf } from './database.js'
import { migrationsOf, VERSION } from './migrations.js'
import type { Row } from './reply.js'
import type { Table } from './table.js'

/** `MATERIALIZED`, on which the statements rest, came with 12. */
const OLDEST = 12

/** Runs what has not run yet: one process at a time, in one transaction. */
export async function migrate<Transaction>(database: Database<Transaction>, table: Table): Promise<void> {
  const { schema } = table
  const closed = await database.transaction(async (ask) => {
    const run = (text: string) => ask(plain(text), [])
    await run(`SELECT pg_advisory_xact_lock(hashtextextended('truce migrations ${table.name}', 0))::text`)
    if (schema !== undefined && !(await isThere(run, schema))) await run(`CREATE SCHEMA "${schema}"`)
    const version = await versionIn(run, table)
    for (const migration of migrationsOf(table)) if (migration.version > version) await run(migration.sql)
    return { commits: true, result: undefined }
  })
  if ('error' in closed) throw closed.error
}

/** 0 where nothing ran. */
async function versionIn(run: (text: string) => Promise<readonly Row[]>, { migrations }: Table): Promise<number> {
  const [ledger] = await run(`SELECT to_regclass('${migrations}')::text`)
  if (typeof ledger?.[0] !== 'string') return 0
  const [row] = await run(`SELECT max(version)::text FROM ${migrations}`)
  return Number(row?.[0])
}

/** To create what is there needs a right that the service may not have. */
async function isThere(run: (text: string) => Promise<readonly Row[]>, schema: string): Promise<boolean> {
  const rows = await run(`SELECT nspname::text FROM pg_namespace WHERE nspname = '${schema}'`)
  return rows.length > 0
}

/**
 * @returns the server's version and how durable its commits are
 * @throws OptionError where it cannot keep its promises, saying what to do
 */
export async function ready(ask: Ask, table: Table): Promise<string> {
  const [server] = await ask(plain(SERVER), [])
  const [version = '', number, readOnly, fsync, commit] = server ?? []
  if (Number(number) < OLDEST * 10_000) {
    throw new OptionError('client', `a Postgres ${version}`, `a Postgres of version ${OLDEST} or later`)
  }
  if (readOnly === 'true') {
    throw new OptionError('client', 'a Postgres that only reads', 'the primary: claims must be written')
  }
  await checkVersion(ask, table)
  const safe = fsync === 'on' && commit !== 'off'
  const worth = safe ? 'commits survive a crash' : 'a crash may forget the last claims: work may run twice'
  return `postgres ${version}: fsync ${fsync}, synchronous_commit ${commit}; ${worth}`
}

const SERVER = `SELECT current_setting('server_version'), current_setting('server_version_num'),
  (pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on')::text,
  current_setting('fsync'), current_setting('synchronous_commit')`

async function checkVersion(ask: Ask, table: Table): Promise<void> {
  const found = await versionOf(ask, table)
  if (found === VERSION) return
  const todo = 'run `await store.migrate()`, or the SQL of `migrations()`, as a user that may create tables'
  if (found === undefined)
    throw new OptionError('client', `a database without ${table.name}`, `one that has it: ${todo}`)
  const what = `${table.name} in version ${found}`
  if (found < VERSION) throw new OptionError('client', what, `version ${VERSION}: ${todo}`)
  throw new OptionError('client', what, `version ${VERSION}: a later version of truce migrated it; update this one`)
}

/** @returns undefined where there is none */
async function versionOf(ask: Ask, table: Table): Promise<number | undefined> {
  try {
    const [row] = await ask(plain(versions(table)), [])
    return Number(row?.[0]) || undefined
  } catch (error) {
    const state = sqlStateOf(error)
    // No such table, or no such schema.
    if (state === '42P01' || state === '3F000') return undefined
    if (state !== '42501') throw error
    const rights = `SELECT, INSERT, UPDATE, DELETE on ${table.name} and SELECT on ${table.migrations}`
    throw new OptionError('client', 'a user without the rights to its tables', `one with ${rights}`)
  }
}

/** The record's table is asked for as well: it may have been dropped on its own. */
const versions = (table: Table) => `SELECT max(version)::text, (SELECT count(*)::text FROM ${table.name} WHERE false)
  FROM ${table.migrations}`
