import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, expect, test } from 'vitest'
import { claimOf, isGranted, LONG, lookUntilLeaseEnded } from '../../../../test/idempotency/at-hand.js'
import { sqlite, SqliteStoreError } from './index.js'

const folder = mkdtempSync(join(tmpdir(), 'truce-open-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('it says what its commits are worth', async () => {
  const full = sqlite(join(folder, 'full.db'))
  expect(await full.ready()).toMatch(
    /full\.db.*journal_mode wal, synchronous full: survives a crash.*and a loss of power/,
  )
  await full.close()
  const normal = sqlite(join(folder, 'normal.db'), { synchronous: 'normal' })
  expect(await normal.ready()).toMatch(/synchronous normal.*last commits may be lost with the power/)
  await normal.close()
  const memory = sqlite(':memory:')
  expect(await memory.ready()).toMatch(/in memory, gone with this process/)
  await memory.close()
  const own = new Libsql(join(folder, 'own.db'))
  own.exec('PRAGMA synchronous = OFF')
  expect(await sqlite(own).ready()).toMatch(/of your own.*synchronous off: a loss of power may damage the file/)
  own.close()
})

test('what was recorded is there when the file is opened again', async () => {
  const file = join(folder, 'again.db')
  const first = sqlite(file)
  const { fence } = isGranted(await first.begin('key', claimOf()))
  await first.complete('key', { fence, outcome: 'done', ttl: LONG })
  await first.close()

  const second = sqlite(file)
  expect(await second.begin('key', claimOf())).toMatchObject({ is: 'completed', fence, outcome: 'done' })
  await second.close()
})

test('closed, it says so; a database of your own stays open', async () => {
  const own = new Libsql(':memory:')
  const store = sqlite(own)
  await store.ready()
  await store.close()
  await store.close()

  await expect(store.begin('key', claimOf())).rejects.toThrow(/was closed: make a new one/)
  await expect(store.ready()).rejects.toThrow(/was closed/)
  expect(own.prepare('SELECT 1 AS one').get()).toMatchObject({ one: 1 })
  own.close()
})

test('what is no database, or has no folder, is said so', async () => {
  const text = join(folder, 'text.db')
  writeFileSync(text, 'this is no database, and is long enough to be read as one'.repeat(100))
  await expect(sqlite(text).ready()).rejects.toThrow(
    /text\.db: it is no SQLite database, or damaged: give another path/,
  )

  const lost = sqlite(join(folder, 'no-such-folder', 'x.db'))
  await expect(lost.begin('key', claimOf())).rejects.toThrow(/cannot be opened: create its folder/)
  mkdirSync(join(folder, 'no-such-folder'))
  isGranted(await lost.begin('key', claimOf())) // once it is there, the same store goes on
  await lost.close()
})

test('a database that may not be written is refused at the start', async () => {
  const own = new Libsql(join(folder, 'readonly.db'))
  await sqlite(own).ready()
  own.exec('PRAGMA query_only = ON')

  const run = sqlite(own).ready()
  await expect(run).rejects.toThrow(/it is read-only: give this process the right to write/)
  await expect(run).rejects.toBeInstanceOf(SqliteStoreError)
  own.close()
})

test('a damaged table is said so', async () => {
  const file = join(folder, 'damaged.db')
  const store = sqlite(file)
  for (let i = 0; i < 50; i++) await store.begin(`key-${i}`, claimOf())
  await store.close()
  const raw = new Libsql(file)
  raw.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  raw.close()
  const damaged = join(folder, 'damaged-copy.db')
  copyFileSync(file, damaged)
  writeFileSync(damaged, Buffer.alloc(statSync(file).size - 4_096, 0x5a), { flag: 'r+', flush: true })
  const first = readFileSync(file).subarray(0, 100) // its header is as it was
  writeFileSync(damaged, first, { flag: 'r+' })

  await expect(sqlite(damaged).ready()).rejects.toThrow(/it is damaged: stop all writers, run `PRAGMA integrity_check`/)
})

test('a table of another version, or of somebody else, is left alone', async () => {
  const own = new Libsql(':memory:')
  own.exec('CREATE TABLE truce_idempotency ( -- truce idempotency 7\n scope TEXT)')
  own.exec('CREATE TABLE orders (id TEXT)')

  await expect(sqlite(own).ready()).rejects.toThrow(/truce_idempotency is of version 7, this is 1: name another one/)
  await expect(sqlite(own, { table: 'Orders' }).ready()).rejects.toThrow(/Orders is not a table of this store/)
  expect(await sqlite(own, { table: 'keys' }).ready()).toContain('keys')
  own.close()
})

test('wrong options are refused at once, saying what is allowed', () => {
  expect(() => sqlite('')).toThrow(/option database is ''|option database is ""/)
  expect(() => sqlite({} as never)).toThrow(/better-sqlite3, libsql or node:sqlite/)
  expect(() => sqlite('x', { table: 'a"b' })).toThrow(/option table/)
  expect(() => sqlite('x', { busy: -1 })).toThrow(/option busy/)
  expect(() => sqlite('x', { synchronous: 'off' as never })).toThrow(/'full' or 'normal'/)
})

test('the reaper goes through more than a batch, and finds what was renewed in its own time', async () => {
  const store = sqlite(':memory:')
  for (let i = 0; i < 1_200; i++) {
    await store.begin(`key-${i}`, claimOf({ lease: 1, ttl: 1, run: `${i}` }))
  }
  for (let i = 0; i < 1_200; i++) await lookUntilLeaseEnded(store, `key-${i}`)
  const kept = isGranted(await store.begin('key-7', claimOf()))
  expect(await store.reap(2_000)).toBe(1_199)
  expect(await store.look('key-7')).toMatchObject({ is: 'running', fence: kept.fence })

  // Seen by the reaper with an hour to live, and completed for a moment.
  await store.complete('key-7', { fence: kept.fence, outcome: 'done', ttl: 1 })
  while ((await store.look('key-7')).is !== 'absent') await new Promise((resolve) => setImmediate(resolve))
  expect(await store.reap(1)).toBe(1)
  await store.close()
})

test('leases with fractions of a ms are rounded up', async () => {
  const store = sqlite(':memory:')
  const { fence, created } = isGranted(await store.begin('key', claimOf({ lease: LONG + 0.25, ttl: 2 * LONG + 0.5 })))
  await store.renew('key', { fence, lease: LONG + 0.75 })
  await store.complete('key', { fence, outcome: 'done', ttl: LONG + 0.5 })

  const found = await store.look('key')
  if (found.is !== 'completed') expect.fail(`found ${found.is}`)
  expect(found.expires - found.settled).toBe(LONG + 1)
  expect(found.created).toBe(created)
  await store.close()
})
