/**
 * Locked: what is written is written with the lock in hand, or not begun.
 *
 * libsql leaves a write that was refused the lock in progress, and then no commit of its connection succeeds
 * until that is collected. So the lock is asked for first.
 *
 * @module
 */
import { isInTransaction, type SqliteDatabase } from './database.js'

/** All of it in one transaction. @throws what refuses the lock, before anything is done; what `write` throws */
export function locked<Result>(database: SqliteDatabase, write: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  return orRollBack(database, () => {
    const result = write()
    database.exec('COMMIT')
    return result
  })
}

/** A transaction that is open does not outlive what throws in it. */
export function orRollBack<Result>(database: SqliteDatabase, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/** SQLite has done so itself after some errors. */
export function rollBack(database: SqliteDatabase): void {
  if (isInTransaction(database) === false) return
  try {
    database.exec('ROLLBACK')
  } catch {
    // there was none any more
  }
}
