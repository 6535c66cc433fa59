/**
 * Table: where the records are, and how one is read and written.
 *
 * One column for each thing a record says, for people to query; but read as one text or two, since a column
 * costs a client of SQLite more than its value. The clock is SQLite's own, read in the statement that
 * needs it: a time that this process read before it waited for a lock would be too old.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import type { IdempotencyRecord, Mode } from '../../../policy/idempotency/record.js'
import type { Completion } from '../../store.js'
import { isLibsql, type SqliteDatabase, SqliteStoreError, type SqliteValue } from './database.js'
import { fromText, toLine, toText } from '../text.js'

/** Written into the table's own definition: a later one is not taken for this one. */
const VERSION = 1
const STATED_VERSION = /truce idempotency (\d+)/
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** ms since 1970, whole: SQLite's clock knows no more. */
const NOW = `CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)`
/** ms. A claim that was on its way for longer looks again what there is. */
const FRESH = 1_000
/** Rows a statement, in the reaper: so that it never stops the process for long. */
const BATCH = 500

/** In a string of SQL. */
const NEW_LINE = '\n'

const MODES: readonly Mode[] = ['transaction', 'derived-key', 'at-most-once']
const STATES: readonly IdempotencyRecord['state'][] = ['running', 'completed', 'unknown', 'free']
const RUNNING = STATES.indexOf('running')
const COMPLETED = STATES.indexOf('completed')

/** What is there of a key, and the time at which it was. */
export interface Held {
  readonly record: IdempotencyRecord | undefined
  readonly now: number
  /** When the reaper looks at it, ms: not after it runs out. */
  readonly due: number
}

/** A record that is completed, and the time at which it was read. */
export interface Completed {
  readonly record: IdempotencyRecord
  readonly now: number
}

export interface Table {
  /** A repeat finds it: cheaper than to read all of a record. @returns undefined where it is not completed */
  completed(scope: string): Completed | undefined
  /** @returns undefined where there is no record */
  read(scope: string): Held | undefined
  now(): number
  /** What changes with every step of the record that a waiting run cares for. */
  version(scope: string): string
  /** The first claim of a key. One statement; false: it has a record by now, or was claimed long ago. */
  claim(scope: string, record: IdempotencyRecord): boolean
  /** By its holder; false: it is not, or there is more to it. One statement. */
  complete(scope: string, completion: Completion): boolean
  /** Whatever is there, in a transaction with the read before it. */
  write(scope: string, record: IdempotencyRecord, held: Held | undefined): void
  /** Gives up to a batch of new records their place in the reaper's order. @returns whether there may be more */
  enrol(): boolean
  reap(limit: number): number
}

/** @throws OptionError where it is none */
export function checkTableName(name: unknown): string {
  if (typeof name === 'string' && PLAIN.test(name)) return name
  throw new OptionError('table', name, 'letters, digits and _, not beginning with a digit, at most 63 of them')
}

/**
 * Creates it where it is not there yet.
 *
 * @throws SqliteStoreError where there is one of this name that is not this one
 */
export function createTable(database: SqliteDatabase, name: string): void {
  const there = stated(database, name)
  if (there === undefined) {
    database.exec(`CREATE TABLE IF NOT EXISTS "${name}" ( -- truce idempotency ${VERSION}
      scope TEXT NOT NULL PRIMARY KEY,
      fingerprint TEXT NOT NULL,
      mode INTEGER NOT NULL, -- ${named(MODES)}
      state INTEGER NOT NULL, -- ${named(STATES)}
      fence INTEGER NOT NULL,
      run TEXT NOT NULL,
      claims INTEGER NOT NULL,
      reconcile INTEGER NOT NULL,
      lease INTEGER NOT NULL, -- this and all below: ms since 1970
      created INTEGER NOT NULL,
      settled INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      due INTEGER, -- when the reaper looks at it: not after it expires; null: it has not seen it yet
      body TEXT NOT NULL -- the outcome of what is completed, else the finished steps as JSON
    )`)
  }
  const sql = there ?? stated(database, name)
  const version = STATED_VERSION.exec(sql ?? '')?.[1]
  if (version === String(VERSION)) {
    database.exec(`CREATE INDEX IF NOT EXISTS "${name}_due" ON "${name}" (due) WHERE due IS NOT NULL`)
    return
  }
  const whose = version === undefined ? 'is not a table of this store' : `is of version ${version}, this is ${VERSION}`
  throw new SqliteStoreError(
    `the table ${name} ${whose}: name another one with the option table, or run the version of truce that made it`,
  )
}

function stated(database: SqliteDatabase, name: string): string | undefined {
  const row = database.prepare(`SELECT sql FROM sqlite_master WHERE name = '${name}' COLLATE NOCASE`).get()
  return row === undefined ? undefined : String((row as { sql: unknown }).sql)
}

function named(values: readonly string[]): string {
  return values.map((value, i) => `${i} ${value}`).join(', ')
}

/** The statements are prepared once. */
export function openTable(database: SqliteDatabase, name: string): Table {
  const table = `"${name}"`
  const read = database.prepare(
    // One printf, because each || makes another text.
    `SELECT printf('%d %d %d %d %d %d %d %d %d %d %d${NEW_LINE}%s${NEW_LINE}%s${NEW_LINE}%s', mode, state, fence, claims, reconcile,
      lease, created, settled, expires, due, ${NOW}, fingerprint, run, body) AS held
    FROM ${table} WHERE scope = ?`,
  )
  const clock = database.prepare(`SELECT ${NOW} AS now`)
  const now = () => Number((clock.get() as { readonly now: number | bigint }).now)
  const version = database.prepare(`SELECT state || ' ' || fence AS version FROM ${table} WHERE scope = ?`)
  const completed = database.prepare(
    `SELECT printf('%d %d %d %d %d${NEW_LINE}%s${NEW_LINE}%s', ${NOW}, fence, created, settled, expires, fingerprint, run) AS head, body
    FROM ${table} WHERE scope = ? AND state = ${COMPLETED}`,
  )
  completed.raw?.() // a row as a list, where the client has it, is cheaper than one as an object
  // libsql makes a list of the values, unless it is given one.
  const completedOf = isLibsql(database)
    ? (scope: string) => completed.get([scope] as never)
    : (scope: string) => completed.get(scope)
  const create = database.prepare(
    `INSERT INTO ${table} (fingerprint, mode, state, fence, run, claims, reconcile, lease, created, settled, expires, body, scope)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // The first claim of a key, which nearly every claim is: as few values to bind as will do.
  const claim = database.prepare(
    `INSERT INTO ${table} (scope, fingerprint, mode, state, fence, run, claims, reconcile, lease, created, settled, expires, body)
    SELECT ?, ?, ?, ${RUNNING}, ?, ?, 1, 0, ?, ?, 0, ?, '' WHERE ${NOW} - ? < ${FRESH} ON CONFLICT DO NOTHING`,
  )
  const complete = database.prepare(
    `UPDATE ${table} SET state = ${COMPLETED}, body = ?, settled = ${NOW}, expires = ${NOW} + ?
    WHERE scope = ? AND fence = ? AND state = ${RUNNING} AND ifnull(due <= ${NOW} + ?, 1)`,
  )
  const update = database.prepare(
    `UPDATE ${table} SET fingerprint = ?, mode = ?, state = ?, fence = ?, run = ?, claims = ?, reconcile = ?, lease = ?,
    created = ?, settled = ?, expires = ?, body = ? WHERE scope = ?`,
  )
  const advance = database.prepare(`UPDATE ${table} SET due = expires WHERE scope = ?`)
  // Rows are seen in the order of their rowids: those without a time are the last ones.
  const enrol = database.prepare(
    `UPDATE ${table} SET due = expires WHERE rowid IN (
      SELECT rowid FROM ${table} NOT INDEXED
      WHERE rowid > (SELECT ifnull(max(rowid), -9223372036854775808) FROM ${table} NOT INDEXED WHERE due IS NOT NULL)
      ORDER BY rowid LIMIT ${BATCH})`,
  )
  const postpone = database.prepare(
    `UPDATE ${table} SET due = expires
    WHERE rowid IN (SELECT rowid FROM ${table} WHERE due <= ${NOW} AND expires > ${NOW} ORDER BY due LIMIT ?)`,
  )
  const remove = database.prepare(
    `DELETE FROM ${table}
    WHERE rowid IN (SELECT rowid FROM ${table} WHERE due <= ${NOW} AND expires <= ${NOW} ORDER BY due LIMIT ?)`,
  )

  return {
    completed(scope) {
      const row = completedOf(scope)
      if (row === undefined) return undefined
      if (Array.isArray(row)) return completedIn(row[0] as string, row[1] as string)
      const { head, body } = row as { readonly head: string; readonly body: string }
      return completedIn(head, body)
    },
    read(scope) {
      const row = read.get(scope)
      return row === undefined ? undefined : parse((row as { readonly held: string }).held)
    },
    now,
    version: (scope) => (version.get(scope) as { readonly version: string } | undefined)?.version ?? '',
    claim(scope, { fingerprint, mode, fence, run, lease, created, expires }) {
      const values = [toLine(fingerprint), MODES.indexOf(mode), fence, toLine(run), lease, created, expires]
      return Number(claim.run(scope, ...values, created).changes) === 1
    },
    complete(scope, { fence, outcome, ttl }) {
      return Number(complete.run(toText(outcome), ttl, scope, fence, ttl).changes) === 1
    },
    write(scope, record, held) {
      const statement = held === undefined ? create : update
      statement.run(...valuesOf(record), scope)
      if (held !== undefined && record.expires < held.due) advance.run(scope)
    },
    enrol: () => Number(enrol.run().changes) === BATCH,
    reap(limit) {
      const most = Math.min(limit, BATCH)
      postpone.run(most)
      return Number(remove.run(most).changes)
    },
  }
}

/** In the order of the columns, without scope and due. */
function valuesOf(record: IdempotencyRecord): SqliteValue[] {
  const { mode, state, fence, claims, reconcile, lease, created, settled, expires } = record
  return [
    toLine(record.fingerprint),
    MODES.indexOf(mode),
    STATES.indexOf(state),
    fence,
    toLine(record.run),
    claims,
    Number(reconcile),
    lease,
    created,
    settled,
    expires,
    bodyOf(record),
  ]
}

function bodyOf({ state, outcome, points }: IdempotencyRecord): string {
  if (state === 'completed') return toText(outcome)
  return Object.keys(points).length === 0 ? '' : JSON.stringify(points)
}

const NO_POINTS = Object.freeze({})

/** Line by line: numbers, fingerprint, run. */
function completedIn(head: string, body: string): Completed {
  const first = head.indexOf('\n')
  const second = head.indexOf('\n', first + 1)
  const numbers = head.slice(0, first).split(' ')
  const record: IdempotencyRecord = {
    fingerprint: fromText(head.slice(first + 1, second)),
    mode: 'at-most-once', // this, claims, reconcile and lease say nothing any more of what is completed
    state: 'completed',
    fence: Number(numbers[1]),
    run: fromText(head.slice(second + 1)),
    claims: 1,
    reconcile: false,
    lease: 0,
    created: Number(numbers[2]),
    settled: Number(numbers[3]),
    expires: Number(numbers[4]),
    points: NO_POINTS,
    outcome: fromText(body),
  }
  return { record, now: Number(numbers[0]) }
}

/** Line by line: numbers, fingerprint, run, and all the rest is the body. */
function lines(held: string, from: number): [numbers: string, fingerprint: string, run: string, body: string] {
  const first = held.indexOf('\n', from)
  const second = held.indexOf('\n', first + 1)
  const third = held.indexOf('\n', second + 1)
  return [held.slice(from, first), held.slice(first + 1, second), held.slice(second + 1, third), held.slice(third + 1)]
}

function parse(held: string): Held {
  const [numbers, fingerprint, run, body] = lines(held, 0)
  const [mode, state, fence, claims, reconcile, lease, created, settled, expires, due, now] = numbers.split(' ')
  const completed = Number(state) === COMPLETED
  const record: IdempotencyRecord = {
    fingerprint: fromText(fingerprint),
    mode: MODES[Number(mode)] as Mode,
    state: STATES[Number(state)] as IdempotencyRecord['state'],
    fence: Number(fence),
    run: fromText(run),
    claims: Number(claims),
    reconcile: reconcile === '1',
    lease: Number(lease),
    created: Number(created),
    settled: Number(settled),
    expires: Number(expires),
    points: completed || body === '' ? {} : (JSON.parse(body) as Record<string, string>),
    outcome: completed ? fromText(body) : '',
  }
  return { record, now: Number(now), due: Number(due) }
}
