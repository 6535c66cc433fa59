/**
 * SQLite store: keys remembered in a file beside the service, shared by all processes on it.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import {
  abandon,
  begin,
  type Begun,
  complete,
  type Held as Said,
  type IdempotencyRecord,
  look,
  note,
  renew,
  type Step,
} from '../../../policy/idempotency/record.js'
import type { IdempotencyStore } from '../../store.js'
import { explained, isInTransaction, isLibsql, type SqliteDatabase, SqliteStoreError } from './database.js'
import { locked } from './locked.js'
import { durability, openDatabase, settle, type Synchronous, tryToWrite } from './open.js'
import { checkTableName, createTable, openTable, type Table } from './table.js'
import { transactOnce } from './transact.js'
import { untilFree } from './until-free.js'
import { waitersOn } from './waiters.js'

export type { SqliteDatabase, SqliteStatement, SqliteValue } from './database.js'
export { SqliteStoreError } from './database.js'
export type { Synchronous } from './open.js'
export { rows, type SqliteRowsOptions } from './rows.js'

/** What `sqlite()` may be told. */
export interface SqliteOptions {
  /** Default `truce_idempotency`. Created where it is not there. */
  readonly table?: string
  /** How long another process's write lock is waited for, ms; the process goes on meanwhile. Default 5,000. */
  readonly busy?: number
  /** For a path only; a database of your own stays as you set it. Default `full`. */
  readonly synchronous?: Synchronous
}

const BUSY = 5_000

/**
 * Records in a SQLite database, `:memory:` included.
 *
 * Given a path, it opens `node:sqlite` where the runtime has it, else `libsql`, with a write-ahead log, and
 * closes it. A database of your own (better-sqlite3, libsql, node:sqlite) stays open and as it is set; its
 * own busy timeout stops the process, so keep that small. Never leave a transaction of yours open on it
 * over an `await`.
 *
 * Within one process a file must be opened by one client only: two copies of SQLite (node:sqlite beside
 * better-sqlite3, say) do not see each other's locks, and damage it. Then give the store a database of yours.
 *
 * In `transaction` mode the handler gets the database, and must be synchronous.
 *
 * @example
 * const orders = idempotency({ store: sqlite('orders.db'), ttl: '24h' })
 *
 * @throws OptionError
 */
export function sqlite(
  database: string | SqliteDatabase,
  options: SqliteOptions = {},
): IdempotencyStore<SqliteDatabase> {
  const { path, given, name, busy, synchronous } = check(database, options)
  const place = path === undefined ? `SQLite table ${name}` : `SQLite database ${path}`
  let opened: Opened | undefined
  let opening: Promise<Opened> | undefined
  let closed = false
  /** Within the work of a transaction, when nothing else may be written. */
  let working = false
  const waiters = waitersOn((scope) => (opened && !closed ? opened.table.version(scope) : ''))

  async function open(): Promise<Opened> {
    if (opened) return opened
    opening ??= openNow()
    try {
      return (opened = await opening)
    } finally {
      opening = undefined
    }
  }

  async function openNow(): Promise<Opened> {
    let own: SqliteDatabase | undefined
    try {
      const { database: db, by } =
        path === undefined ? { database: given as SqliteDatabase, by: 'of your own' } : await openDatabase(path)
      if (path !== undefined) own = db
      await untilFree(
        () => {
          if (own) settle(own, synchronous)
          else refuseForeign(db)
          createTable(db, name)
          tryToWrite(db)
        },
        busy,
        place,
      )
      return { database: db, table: openTable(db, name), worth: `${by}, ${durability(db)}`, steps: stepsOn(db) }
    } catch (error) {
      own?.close()
      throw explained(error, place)
    }
  }

  /** A connection that others write through as well must not be in the middle of something. */
  function refuseForeign(db: SqliteDatabase): void {
    if (isInTransaction(db) !== true) return
    throw new SqliteStoreError(
      'the database is within a transaction of your own, and a claim would be rolled back with it: commit before you ' +
        'await, or give the store a connection of its own',
    )
  }

  /** No `async`: a replay is one SELECT, and each promise more is felt (`npm run bench:idempotency`). */
  function ask<Value>(attempt: (table: Table, db: SqliteDatabase) => Value): Promise<Value> {
    if (closed) return Promise.reject(new SqliteStoreError('the SQLite store was closed: make a new one'))
    if (working) {
      return Promise.reject(
        new SqliteStoreError('the store was asked within the work of its own transaction: ask it before or after'),
      )
    }
    if (opened === undefined) return open().then(() => ask(attempt))
    const { database: db, table } = opened
    return untilFree(() => attempt(table, db), busy, place)
  }

  /** Nobody else is in the middle of something on it. */
  function isOwn(db: SqliteDatabase): true {
    if (path === undefined) refuseForeign(db)
    return true
  }

  /** May a step be one statement on its own? */
  function isFast(db: SqliteDatabase): boolean {
    if (opened?.steps === 'of one statement' && path === undefined) refuseForeign(db)
    return opened?.steps === 'of one statement'
  }

  /** One step on one record. What changes nothing takes no lock. */
  function take<Answer>(
    table: Table,
    db: SqliteDatabase,
    scope: string,
    step: (record: IdempotencyRecord | undefined, now: number) => Step<Answer>,
  ): Answer {
    const found = table.read(scope)
    const seen = step(found?.record, found?.now ?? table.now())
    if (seen.record === found?.record) return seen.answer
    isOwn(db)
    const { answer, written } = locked(db, () => {
      const held = table.read(scope)
      const { record, answer: told } = step(held?.record, held?.now ?? table.now())
      const changes = record !== held?.record
      if (record !== undefined && changes) table.write(scope, record, held)
      return { answer: told, written: changes }
    })
    if (written) waiters.wake(scope)
    return answer
  }

  return {
    name: 'sqlite',
    begin: (scope, asked) =>
      ask<Begun>((table, db) => {
        const claim = wholeMs(asked)
        const done = table.completed(scope)
        if (done) {
          const { record, answer } = begin(done.record, claim, done.now)
          if (record === done.record) return answer
        } else if (isFast(db) && !table.read(scope)) {
          const { record, answer } = begin(undefined, claim, table.now())
          if (record === undefined) return answer
          if (table.claim(scope, record)) {
            waiters.wake(scope)
            return answer
          }
        }
        return take(table, db, scope, (record, now) => begin(record, claim, now))
      }),
    complete: (scope, completion) =>
      ask<Said>((table, db) => {
        const whole = wholeMs(completion)
        if (!isFast(db) || !table.complete(scope, whole)) {
          return take(table, db, scope, (record, now) => complete(record, whole, now))
        }
        waiters.wake(scope)
        return { is: 'kept' }
      }),
    renew: (scope, beat) =>
      ask((table, db) => take(table, db, scope, (record, now) => renew(record, wholeMs(beat), now))),
    note: (scope, point) =>
      ask((table, db) => take(table, db, scope, (record, now) => note(record, wholeMs(point), now))),
    abandon: (scope, end) => ask((table, db) => take(table, db, scope, (record, now) => abandon(record, end, now))),
    look: (scope) =>
      ask((table) => {
        const done = table.completed(scope)
        if (done) return look(done.record, done.now)
        const held = table.read(scope)
        return look(held?.record, held?.now ?? 0)
      }),
    changed: async (scope, ms, signal) => {
      if (!opened) await open()
      if (closed) return
      return waiters.changed(scope, ms, signal)
    },
    synchronous: true,
    transact: async (scope, claim, work, within) => {
      if (within !== undefined) {
        throw new OptionError(
          'within',
          within,
          'nothing: SQLite has one transaction a connection; let the store begin it, and write through what the handler gets',
        )
      }
      const attempted = await ask((table, db) => {
        isOwn(db)
        return transactOnce(db, table, scope, wholeMs(claim), (granted, transaction) => {
          working = true
          try {
            return work(granted, transaction)
          } finally {
            working = false
          }
        })
      })
      if ('threw' in attempted) throw attempted.threw
      if ('end' in attempted) waiters.wake(scope)
      return attempted
    },
    ready: async () => {
      if (closed) throw new SqliteStoreError('the SQLite store was closed: make a new one')
      return `${place}, ${(await open()).worth}`
    },
    reap: async (limit) => {
      // In steps, between which the process does other things.
      while (await ask((table, db) => isOwn(db) && locked(db, () => table.enrol()))) await nextTurn()
      let reaped = 0
      while (reaped < limit) {
        const deleted = await ask((table, db) => (isOwn(db) ? locked(db, () => table.reap(limit - reaped)) : 0))
        if (deleted === 0) break
        reaped += deleted
        await nextTurn()
      }
      return reaped
    },
    close: async () => {
      if (closed) return
      closed = true
      waiters.close()
      const own = path === undefined ? undefined : (opened ?? (await opening?.catch(() => undefined)))
      own?.database.close()
    },
  }
}

interface Opened {
  readonly database: SqliteDatabase
  readonly table: Table
  readonly worth: string
  readonly steps: 'of one statement' | 'with the lock first'
}

/**
 * libsql leaves a write that was refused the lock in progress, and then no commit of its connection succeeds;
 * on a client that cannot say whether a transaction is open, a statement might be part of somebody else's.
 */
function stepsOn(database: SqliteDatabase): Opened['steps'] {
  const isSafe = !isLibsql(database) && isInTransaction(database) !== undefined
  return isSafe ? 'of one statement' : 'with the lock first'
}

/** SQLite's clock knows no fractions; what lasts longer harms nobody. */
function wholeMs<Asked extends { readonly lease?: number; readonly ttl?: number }>(asked: Asked): Asked {
  const { lease = 0, ttl = 0 } = asked
  if (Number.isInteger(lease) && Number.isInteger(ttl)) return asked
  return {
    ...asked,
    ...('lease' in asked && { lease: Math.ceil(lease) }),
    ...('ttl' in asked && { ttl: Math.ceil(ttl) }),
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function check(database: unknown, { table, busy = BUSY, synchronous = 'full' }: SqliteOptions) {
  const isPath = typeof database === 'string'
  if (isPath ? database === '' : !isDatabase(database)) {
    throw new OptionError('database', database, 'a path, or a database of better-sqlite3, libsql or node:sqlite')
  }
  if (!(typeof busy === 'number' && busy >= 0 && busy <= 3_600_000)) {
    throw new OptionError('busy', busy, 'ms from 0 to 3,600,000')
  }
  if (synchronous !== 'full' && synchronous !== 'normal') {
    throw new OptionError('synchronous', synchronous, "'full' or 'normal'")
  }
  const name = checkTableName(table ?? 'truce_idempotency')
  return {
    path: isPath ? database : undefined,
    given: isPath ? undefined : (database as SqliteDatabase),
    name,
    busy,
    synchronous,
  }
}

function isDatabase(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { prepare, exec } = value as Partial<Record<keyof SqliteDatabase, unknown>>
  return typeof prepare === 'function' && typeof exec === 'function'
}
