import Libsql from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimOf, isGranted, LONG } from '../../../../test/idempotency/at-hand.js'
import type { IdempotencyStore } from '../../store.js'
import { type SqliteDatabase, sqlite } from './index.js'

let database: SqliteDatabase
let store: IdempotencyStore<SqliteDatabase>

beforeEach(() => {
  database = new Libsql(':memory:')
  database.exec('CREATE TABLE effects (id TEXT)')
  store = sqlite(database)
})
afterEach(async () => {
  await store.close()
  database.close()
})

const claim = (changes = {}) => claimOf({ mode: 'transaction', ...changes })

function transact(...[scope, asked, work, within]: Parameters<NonNullable<typeof store.transact>>) {
  return store.transact?.(scope, asked, work, within) ?? expect.fail('it has no transact()')
}

function effects(): number {
  return (database.prepare('SELECT count(*) AS n FROM effects').get() as { n: number }).n
}

test('work that returns a promise is rolled back and refused, and its own failure swallowed', async () => {
  const unhandled: unknown[] = []
  const hear = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', hear)

  const run = transact('key', claim(), async (_granted, db) => {
    db.exec("INSERT INTO effects VALUES ('a')")
    throw new Error('later')
  })

  await expect(run).rejects.toThrow(
    /must be synchronous and returned a promise: what it wrote until then was rolled back/,
  )
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', hear)
  expect(unhandled).toEqual([])
  expect(effects()).toBe(0)
  expect(await store.look('key')).toEqual({ is: 'absent' })
})

test('a transaction of the caller’s own is refused before anything is done', async () => {
  let worked = 0
  const run = transact(
    'key',
    claim(),
    () => {
      worked++
      return { outcome: 'done' }
    },
    database,
  )

  await expect(run).rejects.toThrow(/option within .* SQLite has one transaction a connection/)
  expect(worked).toBe(0)
  expect(await store.look('key')).toEqual({ is: 'absent' })
})

test('it is done before it is awaited: nothing else can come between', async () => {
  await store.ready()
  const run = transact('key', claim(), (_granted, db) => {
    db.exec("INSERT INTO effects VALUES ('a')")
    return { outcome: 'done' }
  })

  expect(effects()).toBe(1)
  await expect(run).resolves.toMatchObject({ end: 'committed' })
})

test('a busy error of the work is its own, and does not run it again', async () => {
  const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
  let worked = 0
  const run = transact('key', claim(), () => {
    worked++
    throw busy
  })

  await expect(run).rejects.toBe(busy)
  expect(worked).toBe(1)
})

test.each([
  ['commits and returns', 'COMMIT', 'done'],
  ['commits and asks for a roll-back', 'COMMIT', undefined],
  ['commits and throws', 'COMMIT', 'throws'],
  ['commits, begins anew and throws', 'COMMIT; BEGIN', 'throws'],
  ['rolls back, writes and returns', 'ROLLBACK', 'done'],
])('work that %s has escaped: its key is unknown, and never run again by itself', async (_name, sql, end) => {
  const run = await transact('key', claim(), (_granted, db) => {
    if (sql === 'ROLLBACK') db.exec(sql)
    db.exec("INSERT INTO effects VALUES ('a')")
    if (sql !== 'ROLLBACK') db.exec(sql)
    if (end === 'throws') throw new Error('out of stock')
    return { outcome: end }
  })

  const message = expect.stringMatching(/ended the store's transaction itself.*SAVEPOINT/)
  expect(run).toMatchObject({ end: 'escaped', error: { message } })
  expect(effects()).toBe(1)
  expect(await store.look('key')).toMatchObject({ is: 'unknown' })
  expect(await transact('key', claim(), () => expect.fail('it ran again'))).toMatchObject({ begun: { is: 'unknown' } })
  expect(await transact('other', claim(), () => ({ outcome: 'done' }))).toMatchObject({ end: 'committed' })
})

test('a transaction that SQLite itself rolled back leaves its key free', async () => {
  database.exec('CREATE TABLE once (id TEXT PRIMARY KEY ON CONFLICT ROLLBACK)')
  const run = transact('key', claim(), (_granted, db) => {
    db.exec("INSERT INTO once VALUES ('a')")
    db.exec("INSERT INTO once VALUES ('a')")
    return { outcome: 'done' }
  })

  await expect(run).rejects.toThrow(/UNIQUE/)
  expect(await store.look('key')).toEqual({ is: 'absent' })
})

test('the store cannot be asked within the work', async () => {
  let inner: Promise<unknown> | undefined
  await transact('key', claim(), () => {
    inner = store.begin('other', claim())
    inner.catch(() => undefined)
    return { outcome: 'done' }
  })

  await expect(inner).rejects.toThrow(/within the work of its own transaction/)
  expect(await store.look('other')).toEqual({ is: 'absent' })
})

test('a commit that the database refuses leaves nothing', async () => {
  database.exec('PRAGMA foreign_keys = ON')
  database.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY)')
  database.exec('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)')

  const refused = await transact('key', claim(), (_granted, db) => {
    db.exec('INSERT INTO children VALUES (7)')
    return { outcome: 'done' }
  })

  expect(refused).toMatchObject({
    end: 'refused',
    error: expect.objectContaining({ message: expect.stringMatching(/FOREIGN KEY/) }),
  })
  expect(await store.look('key')).toEqual({ is: 'absent' })
  expect(await transact('key', claim(), () => ({ outcome: 'done' }))).toMatchObject({ end: 'committed' })
})

test('a transaction of the user’s own that is still open is refused by every command that writes', async () => {
  const { fence } = isGranted(await store.begin('held', claim()))
  database.exec('BEGIN')
  const message = /within a transaction of your own.*connection of its own/

  await expect(store.begin('key', claim())).rejects.toThrow(message)
  await expect(store.complete('held', { fence, outcome: 'done', ttl: LONG })).rejects.toThrow(message)
  await expect(store.renew('held', { fence, lease: 2 * LONG })).rejects.toThrow(message)
  await expect(store.reap(1)).rejects.toThrow(message)
  await expect(transact('key', claim(), () => ({ outcome: 'done' }))).rejects.toThrow(message)
  database.exec('ROLLBACK')
  expect(await store.complete('held', { fence, outcome: 'done', ttl: LONG })).toEqual({ is: 'kept' })
})
