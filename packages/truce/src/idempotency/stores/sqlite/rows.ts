/**
 * Rows in SQLite: insert-if-absent and conditional writes on a table of the service's own.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import { checkId, checkVersion, FIRST, type Inserted, type Rows, type Updated, type Versioned } from '../../rows.js'
import { type RowsOptions, type TableRows, tableRows } from '../table-rows.js'
import { isInTransaction, type SqliteDatabase, SqliteStoreError, type SqliteValue } from './database.js'
import { locked } from './locked.js'
import { untilFree } from './until-free.js'

/** What `rows()` in SQLite may be told. */
export interface SqliteRowsOptions<Row extends object> extends RowsOptions<Row> {
  /** How long another process's write lock is waited for, ms; the process goes on meanwhile. Default 5,000. */
  readonly busy?: number | undefined
}

const BUSY = 5_000
const NO_INDEX = /ON CONFLICT clause does not match/

/**
 * Rows of a table in a SQLite database of your own (better-sqlite3, libsql, node:sqlite).
 *
 * Each call writes before it returns its promise. So within a transaction of yours it is part of it, as long as
 * nothing is awaited before the commit; there another process's lock is not waited for.
 *
 * @throws OptionError where it is no such database, or a name is no plain identifier
 * @example
 * const stock = rows<{ count: number }>(database, { table: 'stock', id: 'sku', columns: ['count'] })
 * const { inserted, row } = await stock.insertIfAbsent('tea', { count: 5 })
 */
export function rows<Row extends object>(database: SqliteDatabase, options: SqliteRowsOptions<Row>): Rows<Row> {
  const table = tableRows(options, ['busy'])
  const busy = busyFor(options.busy)
  checkDatabase(database)
  const sql = statements(table)

  /** To the last row: a statement that is left half-way keeps its lock. */
  const first = (text: string, values: readonly unknown[]): Versioned<Row> | undefined => {
    const [found] = database.prepare(text).all(...(values as SqliteValue[])) as Record<string, unknown>[]
    return found && table.rowOf<Row>([table.version, ...table.columns].map((column) => found[column]))
  }

  /**
   * No promise before the first attempt.
   *
   * @param look what answers without a write needs no lock
   */
  const ask = async <Answer>(look: () => Answer | undefined, write: () => Answer): Promise<Answer> => {
    // What is done later would not be part of the transaction that is open now.
    if (isOpen(database)) return look() ?? within(database, sql.lock, write)
    let waited = false
    const attempt = () => {
      if (waited && isOpen(database)) throw new SqliteStoreError(OPENED)
      waited = true
      return look() ?? locked(database, write)
    }
    return untilFree(attempt, busy, `SQLite table ${table.table}`)
  }

  return {
    insertIfAbsent: async (id, row) => {
      const members = table.members('row', row)
      const text = sql.insert(members.map(([name]) => name))
      const values = [checkId(id), ...members.map(([, value]) => value)]
      const look = (): Inserted<Row> | undefined => {
        const found = first(sql.read, [id])
        return found && { inserted: false, ...found }
      }
      const write = (): Inserted<Row> => {
        const made = first(text, values)
        const answer = made ? { inserted: true, ...made } : look()
        if (!answer) throw table.unseen(id)
        return answer
      }
      return ask(look, write).catch((error: unknown) => {
        throw error instanceof Error && NO_INDEX.test(error.message) ? table.noIndex(error) : error
      })
    },
    updateIfVersion: async (id, version, change) => {
      const members = table.members('change', change)
      const text = sql.update(members.map(([name]) => name))
      const values = [...members.map(([, value]) => value), checkId(id), checkVersion(version)]
      const look = (): Updated<Row> | undefined => {
        const found = first(sql.read, [id])
        if (!found) return { is: 'absent' }
        return found.version === version ? undefined : { is: 'stale', ...found }
      }
      const write = (): Updated<Row> => {
        const made = first(text, values)
        const answer = made ? ({ is: 'updated', ...made } as const) : look()
        if (!answer) throw table.unseen(id)
        return answer
      }
      return ask(look, write)
    },
    read: async (id) => {
      checkId(id)
      const { found } = await ask(() => ({ found: first(sql.read, [id]) }), never)
      return found
    },
  }
}

const OPENED =
  'while the write waited for a lock, a transaction was opened on its connection, so nothing was written: leave none ' +
  'open over an await, or give rows() a connection of its own'

/** As below, in a transaction of the caller's. */
function within<Answer>(database: SqliteDatabase, lock: string, write: () => Answer): Answer {
  database.exec(lock)
  return write()
}

function never(): never {
  throw new TypeError('a read writes nothing')
}

function statements({ table, id, version, columns }: TableRows) {
  // In double quotes SQLite would take a column that is not there for a piece of text.
  const quoted = (name: string) => `\`${name}\``
  const seen = [version, ...columns].map(quoted).join(', ')
  return {
    insert: (names: readonly string[]) => `
      INSERT INTO ${quoted(table)} (${[id, version, ...names].map(quoted).join(', ')})
      VALUES (${['?', FIRST, ...names.map(() => '?')].join(', ')})
      ON CONFLICT (${quoted(id)}) DO NOTHING RETURNING ${seen}`,
    update: (names: readonly string[]) => `
      UPDATE ${quoted(table)}
      SET ${[`${quoted(version)} = ${quoted(version)} + 1`, ...names.map((name) => `${quoted(name)} = ?`)].join(', ')}
      WHERE ${quoted(id)} = ? AND ${quoted(version)} = ? RETURNING ${seen}`,
    read: `SELECT ${seen} FROM ${quoted(table)} WHERE ${quoted(id)} = ?`,
    /** Changes nothing, but takes the right to. */
    lock: `UPDATE ${quoted(table)} SET ${quoted(version)} = ${quoted(version)} WHERE false`,
  }
}

/** Is a transaction open? A client that does not say is asked for another one, which SQLite refuses within one. */
function isOpen(database: SqliteDatabase): boolean {
  const said = isInTransaction(database)
  if (said !== undefined) return said
  try {
    database.exec('BEGIN')
  } catch {
    return true
  }
  database.exec('ROLLBACK')
  return false
}

function busyFor(given: unknown = BUSY): number {
  if (typeof given === 'number' && given >= 0 && given <= 3_600_000) return given
  throw new OptionError('rows().busy', given, 'ms from 0 to 3,600,000')
}

function checkDatabase(database: unknown): void {
  const { prepare, exec } = (database ?? {}) as Partial<Record<keyof SqliteDatabase, unknown>>
  if (typeof prepare === 'function' && typeof exec === 'function') return
  throw new OptionError('database', database, 'a database of better-sqlite3, libsql or node:sqlite')
}
