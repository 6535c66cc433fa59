/**
 * Open: the database of a path, by what this runtime has.
 *
 * @module
 */
import { type SqliteDatabase, SqliteStoreError } from './database.js'

/** `full`: survives a loss of power. `normal`: so much faster; the last commits may be lost with the power. */
export type Synchronous = 'full' | 'normal'

/** ms. SQLite's own wait stops the whole process: long enough for a commit, no longer. */
const BUSY_TIMEOUT = 5

type Constructor = new (path: string) => SqliteDatabase

/** node:sqlite where it is built in, else libsql. */
export async function openDatabase(path: string): Promise<{ database: SqliteDatabase; by: string }> {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as { readonly DatabaseSync: Constructor } | undefined
  if (builtIn) return { database: new builtIn.DatabaseSync(path), by: 'node:sqlite' }
  const Libsql = await importLibsql()
  return { database: new Libsql(path), by: 'libsql' }
}

async function importLibsql(): Promise<Constructor> {
  try {
    const { default: Libsql } = (await import('libsql')) as unknown as { readonly default: Constructor }
    return Libsql
  } catch (cause) {
    throw new SqliteStoreError(
      `this runtime (Node ${process.versions.node}) has no node:sqlite: install libsql (npm install libsql), use Node 22.13 ` +
        'or later, or give the store a database that you opened, of better-sqlite3 for example',
      { cause },
    )
  }
}

/** A write-ahead log: readers and the writer do not wait for each other. */
export function settle(database: SqliteDatabase, synchronous: Synchronous): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
  database.prepare('PRAGMA journal_mode = WAL').all()
  database.exec(`PRAGMA synchronous = ${synchronous}`)
}

/** @throws where it may not be written */
export function tryToWrite(database: SqliteDatabase): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec('ROLLBACK')
}

const SYNCHRONOUS = ['off', 'normal', 'full', 'extra']

/** What its commits are worth, for the log. */
export function durability(database: SqliteDatabase): string {
  const read = (sql: string) => Object.values(database.prepare(sql).get() as object)[0] as unknown
  const version = String(read('SELECT sqlite_version()'))
  const journal = String(read('PRAGMA journal_mode'))
  const synchronous = SYNCHRONOUS[Number(read('PRAGMA synchronous'))] ?? 'unknown'
  const said = `SQLite ${version}, journal_mode ${journal}, synchronous ${synchronous}`
  const file = Object.values(database.prepare('PRAGMA database_list').all()[0] as object)[2]
  if (file === '' || file === null) return `${said}: in memory, gone with this process`
  if (journal === 'off' || journal === 'memory') return `${said}: a crash within a commit may damage the file`
  if (synchronous === 'off') return `${said}: a loss of power may damage the file`
  if (synchronous === 'normal' && journal === 'wal') {
    return `${said}: survives a crash of the process; the last commits may be lost with the power`
  }
  return `${said}: survives a crash of the process and a loss of power`
}
