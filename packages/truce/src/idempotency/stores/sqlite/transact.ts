/**
 * Transact: claim, work and result are one commit of this database.
 *
 * SQLite has one transaction a connection: whatever else this process writes while one is open becomes
 * part of it. So from claim to commit there is no moment at which anything else could run, and work that
 * returns a promise, which would leave such a moment, is rolled back and refused.
 *
 * @module
 */
import {
  abandon,
  begin,
  complete,
  type Claim,
  type Granted,
  type IdempotencyRecord,
} from '../../../policy/idempotency/record.js'
import type { Transacted, Worked } from '../../store.js'
import { isInTransaction, isRefusal, type SqliteDatabase, SqliteStoreError } from './database.js'
import { locked, orRollBack, rollBack } from './locked.js'
import type { Table } from './table.js'

export type Work = (granted: Granted, database: SqliteDatabase) => Worked | Promise<Worked>

/** How an attempt ended; `threw`: the work, or the writing of its result, and all of it was rolled back. */
export type Attempted = Transacted | { readonly threw: unknown }

/** One attempt, without a pause. @throws before the work is begun: nothing was done, and it may be tried again */
export function transactOnce(
  database: SqliteDatabase,
  table: Table,
  scope: string,
  claim: Claim,
  work: Work,
): Attempted {
  const seen = table.completed(scope)
  if (seen) {
    const { record, answer } = begin(seen.record, claim, seen.now)
    if (record === seen.record && answer.is !== 'granted') return { begun: answer }
  }
  database.exec('BEGIN IMMEDIATE')
  const { held, step } = orRollBack(database, () => {
    const found = table.read(scope)
    const claimed = begin(found?.record, claim, found?.now ?? table.now())
    // Written before the work, it tells whether the work committed it.
    if (claimed.answer.is === 'granted') table.write(scope, claimed.record as IdempotencyRecord, found)
    return { held: found, step: claimed }
  })
  if (step.answer.is !== 'granted') {
    rollBack(database)
    return { begun: step.answer }
  }
  const begun = step.answer
  const record = step.record as IdempotencyRecord
  try {
    const { outcome } = synchronous(work(begun, database))
    if (outcome === undefined) {
      rollBack(database)
      if (isThere(table, scope, begun)) return escaped(database, table, scope, record, begun)
      return { begun, end: 'rolled-back' }
    }
    if (isInTransaction(database) === false) return escaped(database, table, scope, record, begun)
    const done = complete(record, { fence: begun.fence, outcome, ttl: claim.ttl }, table.now())
    table.write(scope, done.record as IdempotencyRecord, { record, now: begun.created, due: held?.due ?? 0 })
  } catch (error) {
    rollBack(database)
    if (isThere(table, scope, begun)) return escaped(database, table, scope, record, begun, error)
    return { threw: error }
  }
  return commit(database, begun)
}

/** After a roll-back: then the work committed it. */
function isThere(table: Table, scope: string, { fence }: Granted): boolean {
  return table.read(scope)?.record?.fence === fence
}

/**
 * The work ended the transaction itself: what it wrote until then, or from then on, no roll-back takes back. Its key is
 * unknown from now on, unless another has it by now.
 */
function escaped(
  database: SqliteDatabase,
  table: Table,
  scope: string,
  record: IdempotencyRecord,
  begun: Granted,
  cause?: unknown,
): Transacted {
  try {
    locked(database, () => {
      const held = table.read(scope)
      if (held?.record !== undefined && held.record.fence > begun.fence) return
      const marked = abandon(record, { fence: begun.fence, as: 'unknown' }, table.now())
      table.write(scope, marked.record as IdempotencyRecord, held)
    })
  } catch {
    // Its caller is told all the same.
  }
  return { begun, end: 'escaped', error: new SqliteStoreError(ENDED, { cause }) }
}

const ENDED =
  "the work ended the store's transaction itself: some of what it wrote is there, and the key is unknown from now on. " +
  'Leave BEGIN, COMMIT and ROLLBACK to the store, and use SAVEPOINT within; find out what took effect by hand'

const ASYNCHRONOUS =
  'the work of a transaction on SQLite must be synchronous and returned a promise: what it wrote until then was rolled back, what it writes later is not. Do what is ' +
  'asynchronous before or after, or use the mode derived-key'

function synchronous(worked: Worked | Promise<Worked>): Worked {
  if (!isPromise(worked)) return worked
  worked.then(undefined, () => undefined) // its own failure, with nobody left to hear it
  throw new SqliteStoreError(ASYNCHRONOUS)
}

function isPromise(worked: Worked | Promise<Worked>): worked is Promise<Worked> {
  return typeof (worked as Partial<Promise<Worked>>).then === 'function'
}

function commit(database: SqliteDatabase, begun: Granted): Transacted {
  try {
    database.exec('COMMIT')
    return { begun, end: 'committed' }
  } catch (error) {
    rollBack(database)
    return { begun, end: isRefusal(error) ? 'refused' : 'unknown', error }
  }
}
