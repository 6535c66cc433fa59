/**
 * Database: what this store needs of a SQLite client, and what its errors mean.
 *
 * better-sqlite3, libsql and node:sqlite have the same few methods; all else (names of error codes,
 * how they say that a transaction is open) differs, and is read here only.
 *
 * @module
 */

/** As better-sqlite3, libsql and node:sqlite have it; synchronous. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
  /** better-sqlite3, libsql. */
  readonly inTransaction?: boolean
  /** node:sqlite of Node 24 and later. */
  readonly isTransaction?: boolean
}

/** What of a prepared statement is used. */
export interface SqliteStatement {
  run(...parameters: SqliteValue[]): { readonly changes: number | bigint }
  get(...parameters: SqliteValue[]): unknown
  all(...parameters: SqliteValue[]): unknown[]
  /** better-sqlite3, libsql: from then on rows are lists. */
  raw?(): unknown
}

/** What it is given. */
export type SqliteValue = string | number | null

/** @returns undefined where the client does not say */
export function isInTransaction(database: SqliteDatabase): boolean | undefined {
  return database.inTransaction ?? database.isTransaction
}

export function isLibsql(database: SqliteDatabase): boolean {
  return typeof (database as { readonly syncUntil?: unknown }).syncUntil === 'function'
}

const BUSY = 5
const LOCKED = 6
const CODES: Readonly<Record<string, number>> = {
  SQLITE_BUSY: BUSY,
  SQLITE_LOCKED: LOCKED,
  SQLITE_READONLY: 8,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_CONSTRAINT: 19,
  SQLITE_NOTADB: 26,
}
/** Commits that SQLite refuses as a whole; after any other failure nobody knows. */
const REFUSALS: readonly (number | undefined)[] = [BUSY, LOCKED, CODES['SQLITE_FULL'], CODES['SQLITE_CONSTRAINT']]

/** SQLite's own primary code of an error, whichever client threw it. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errcode, rawCode } = error as { code?: unknown; errcode?: unknown; rawCode?: unknown }
  const number = errcode ?? rawCode
  if (typeof number === 'number') return number & 0xff // the higher bits say more exactly the same
  if (typeof code === 'string') {
    for (const name in CODES) if (code === name || code.startsWith(`${name}_`)) return CODES[name]
  }
  return undefined
}

/** Does another connection hold what it needs? Then nothing was done, and it may be tried again. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return code === BUSY || code === LOCKED
}

export function isRefusal(error: unknown): boolean {
  return REFUSALS.includes(codeOf(error))
}

const ADVICE: Readonly<Record<number, string>> = {
  8: 'it is read-only: give this process the right to write the file and its folder, and open it for writing',
  11: 'it is damaged: stop all writers, run `PRAGMA integrity_check`, and restore the file from a backup',
  13: 'the disk is full: make room; nothing was written',
  14: 'it cannot be opened: create its folder, and give this process the right to write there',
  26: 'it is no SQLite database, or damaged: give another path, or restore the file from a backup',
}

/** The store cannot do its work; says what to change. */
export class SqliteStoreError extends Error {
  override readonly name = 'SqliteStoreError'
  readonly code = 'TRUCE_SQLITE_STORE'
}

/** With what to do about it, where that is known. */
export function explained(error: unknown, place: string): Error {
  if (error instanceof SqliteStoreError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error) ?? Number(/unable to open.*: (\d+)\W*$/i.exec(message)?.[1])
  const advice = ADVICE[code]
  if (advice !== undefined) return new SqliteStoreError(`${place}: ${advice} (${message})`, { cause: error })
  return error instanceof Error ? error : new SqliteStoreError(`${place}: ${message}`, { cause: error })
}
