import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { COLUMNS, type Item, rowsConformance } from '../../../../test/idempotency/rows-conformance.js'
import type { SqliteDatabase } from './database.js'
import { rows } from './rows.js'

const folder = mkdtempSync(join(tmpdir(), 'truce-sqlite-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ITEMS = `CREATE TABLE items (
  sku TEXT PRIMARY KEY, version INTEGER NOT NULL DEFAULT 1, name TEXT, count INTEGER, note TEXT, made TEXT DEFAULT 'here'
)`
const AT = { table: 'items', id: 'sku', columns: COLUMNS }

function database(file = ':memory:'): SqliteDatabase {
  const db = new Libsql(file)
  if (file === ':memory:') db.exec(ITEMS)
  onTestFinished(() => void db.close())
  return db
}

/** Of a client that does not say whether a transaction is open. */
function silent(db: SqliteDatabase): SqliteDatabase {
  return { prepare: (sql) => db.prepare(sql), exec: (sql) => db.exec(sql), close: () => db.close() }
}

rowsConformance('a SQLite file of two connections', async () => {
  const file = join(folder, 'items.db')
  const [one, other]: SqliteDatabase[] = [new Libsql(file), new Libsql(file)]
  if (!one || !other) throw new Error('two were opened')
  one.prepare('PRAGMA journal_mode = WAL').all()
  one.exec(ITEMS)
  return {
    rows: rows<Item>(one, AT),
    others: rows<Item>(silent(other), AT),
    close: () => [one, other].forEach((each) => each.close()),
  }
})

describe('names', () => {
  test.each([
    ['table', { table: 'items; DROP TABLE items' }],
    ['table', { table: 'main.items' }],
    ['id', { id: 'sku"' }],
    ['id', { id: '' }],
    ['version', { version: 'a`b' }],
    ['columns', { columns: ['name', 'count)'] }],
    ['columns', { columns: [] }],
    ['columns', { columns: ['name', 'sku'] }],
    ['columns', { columns: ['name', 'version'] }],
    ['columns', { columns: ['name', 'name'] }],
    ['busy', { busy: -1 }],
    ['tabel', { tabel: 'items' }],
  ])('%s is refused: %j', (option, changes) => {
    expect(() => rows(database(), { ...AT, ...changes } as never)).toThrow(`option rows().${option} is`)
  })

  test('words of SQL are none where names stand', async () => {
    const db = database()
    db.exec('CREATE TABLE "select" ("from" TEXT PRIMARY KEY, "order" INTEGER NOT NULL, "where" TEXT)')
    const odd = rows<{ where: string }>(db, { table: 'select', id: 'from', version: 'order', columns: ['where'] })
    expect(await odd.insertIfAbsent('a', { where: 'b' })).toEqual({ inserted: true, row: { where: 'b' }, version: 1 })
    expect(await odd.updateIfVersion('a', 1, { where: 'c' })).toMatchObject({ is: 'updated', row: { where: 'c' } })
  })

  test.each(['sku', 'version', 'made', 'name; --'])('a member %j without a column is refused', async (name) => {
    const stock = rows<Item>(database(), AT)
    const row = { name: 'tea', count: 1, [name]: 'x' }
    await expect(stock.insertIfAbsent('a', row)).rejects.toThrow(`option row.${name} is`)
    await expect(stock.updateIfVersion('a', 1, row)).rejects.toThrow(`option change.${name} is`)
  })

  test('a column that the table lacks is no text', async () => {
    const stock = rows<{ nmae: string }>(database(), { ...AT, columns: ['nmae'] })
    await expect(stock.read('a')).rejects.toThrow(/no such column/)
  })
})

describe('a table that is not as it has to be', () => {
  test('without a unique index', async () => {
    const db = database()
    db.exec('CREATE TABLE plain (sku TEXT, version INTEGER NOT NULL, name TEXT)')
    const plain = rows<{ name: string }>(db, { table: 'plain', id: 'sku', columns: ['name'] })
    await expect(plain.insertIfAbsent('a', { name: 'b' })).rejects.toThrow(
      'option rows().id is "sku"; allowed: a column with a unique',
    )
  })

  test('with a version that is none', async () => {
    const db = database()
    db.exec('CREATE TABLE old (sku TEXT PRIMARY KEY, version INTEGER, name TEXT)')
    db.exec(`INSERT INTO old (sku, name) VALUES ('a', 'b')`)
    const old = rows<{ name: string }>(db, { table: 'old', id: 'sku', columns: ['name'] })
    await expect(old.read('a')).rejects.toThrow('NOT NULL DEFAULT 1')
  })

  test('whose trigger ignores the row', async () => {
    const db = database()
    db.exec(`CREATE TRIGGER ignored BEFORE INSERT ON items BEGIN SELECT RAISE(IGNORE); END`)
    await expect(rows<Item>(db, AT).insertIfAbsent('a', { name: 'b', count: 1 })).rejects.toThrow('a trigger')
  })
})

describe.each([
  ['says', (db: SqliteDatabase) => db],
  ['does not say', silent],
])('within a transaction, by a client that %s so', (says, client) => {
  test('what is written is rolled back with it', async () => {
    const db = database()
    const stock = rows<Item>(client(db), AT)
    db.exec('BEGIN')
    const inserting = stock.insertIfAbsent('a', { name: 'tea', count: 1 })
    db.exec('ROLLBACK')
    expect(await inserting).toMatchObject({ inserted: true })
    expect(await stock.read('a')).toBeUndefined()
  })

  test('another process’s lock is told at once: a later write would not be part of it', async () => {
    const file = join(folder, `locked-${says}.db`)
    const [one, other] = [database(file), database(file)]
    one.prepare('PRAGMA journal_mode = WAL').all()
    one.exec(ITEMS)
    const stock = rows<Item>(client(one), AT)
    other.exec('BEGIN IMMEDIATE')
    one.exec('BEGIN')
    await expect(stock.insertIfAbsent('a', { name: 'tea', count: 1 })).rejects.toThrow(/locked|busy/i)
    one.exec('ROLLBACK')
    const waiting = stock.insertIfAbsent('a', { name: 'tea', count: 1 })
    other.exec('ROLLBACK')
    expect(await waiting).toMatchObject({ inserted: true })
  })

  test('a write that waits does not slip into a transaction that was opened since', async () => {
    const file = join(folder, `slip-${says}.db`)
    const [one, other] = [database(file), database(file)]
    one.prepare('PRAGMA journal_mode = WAL').all()
    one.exec(ITEMS)
    const stock = rows<Item>(client(one), AT)
    other.exec('BEGIN IMMEDIATE')
    const waiting = stock.insertIfAbsent('a', { name: 'tea', count: 1 })
    one.exec('BEGIN')
    other.exec('ROLLBACK')
    await expect(waiting).rejects.toThrow(/so nothing was written: leave none open over an await/)
    one.exec('COMMIT')
    expect(await stock.read('a')).toBeUndefined()
  })
})

test('columns that it was not told of keep their defaults', async () => {
  const db = database()
  await rows<Item>(db, AT).insertIfAbsent('a', { name: 'tea', count: 1 })
  expect(db.prepare('SELECT made, note FROM items').get()).toMatchObject({ made: 'here', note: null })
})

test('a lock that is held too long is told, and leaves the connection fit for use', async () => {
  const file = join(folder, 'held.db')
  const [one, other] = [database(file), database(file)]
  one.prepare('PRAGMA journal_mode = WAL').all()
  one.exec(ITEMS)
  const stock = rows<Item>(one, { ...AT, busy: 0 })
  other.exec('BEGIN IMMEDIATE')
  await expect(stock.insertIfAbsent('a', { name: 'tea', count: 1 })).rejects.toThrow(/held its write lock for 0 ms/)
  expect(await stock.read('a')).toBeUndefined()
  other.exec('ROLLBACK')
  one.exec('BEGIN')
  const inserting = stock.insertIfAbsent('a', { name: 'tea', count: 1 })
  one.exec('COMMIT')
  await inserting
  expect(await rows<Item>(other, AT).read('a')).toMatchObject({ row: { name: 'tea' } })
})

test('what changes nothing takes no lock', async () => {
  const file = join(folder, 'reading.db')
  const [one, other] = [database(file), database(file)]
  one.prepare('PRAGMA journal_mode = WAL').all()
  one.exec(ITEMS)
  const stock = rows<Item>(one, { ...AT, busy: 0 })
  await stock.insertIfAbsent('a', { name: 'tea', count: 1 })
  other.exec('BEGIN IMMEDIATE')
  expect(await stock.insertIfAbsent('a', { name: 'coffee', count: 2 })).toMatchObject({ inserted: false })
  expect(await stock.updateIfVersion('a', 7, { count: 2 })).toMatchObject({ is: 'stale', version: 1 })
  expect(await stock.updateIfVersion('b', 1, { count: 2 })).toEqual({ is: 'absent' })
})
