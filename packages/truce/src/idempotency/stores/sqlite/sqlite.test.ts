import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll } from 'vitest'
import { conformance, transactionConformance } from '../../../../test/idempotency/conformance.js'
import { type SqliteDatabase, sqlite } from './index.js'
import { openDatabase } from './open.js'

const folder = mkdtempSync(join(tmpdir(), 'truce-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const effects = {
  write(database: SqliteDatabase, id: string): void {
    database.prepare('INSERT INTO effects VALUES (?)').run(id)
  },
  count: async (database: SqliteDatabase, id: string): Promise<number> => {
    const row = database.prepare('SELECT count(*) AS n FROM effects WHERE id = ?').get(id)
    return (row as { n: number }).n
  },
}

conformance('sqlite by path', async () => {
  const store = sqlite(join(folder, 'path.db'))
  return { store, close: () => store.close() }
})

conformance('sqlite of a database in memory', async () => {
  const database = new Libsql(':memory:')
  const store = sqlite(database, { table: 'Keys_2' })
  return {
    store,
    close: async () => {
      await store.close()
      database.close()
    },
  }
})

conformance('sqlite of a client that does not say whether a transaction is open', async () => {
  const database = new Libsql(join(folder, 'silent.db'))
  const silent: SqliteDatabase = {
    prepare: (sql) => database.prepare(sql),
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  }
  const store = sqlite(silent)
  return {
    store,
    close: async () => {
      await store.close()
      database.close()
    },
  }
})

conformance('sqlite of another client than libsql, whose refused writes end', async () => {
  const database = new Libsql(join(folder, 'other.db'))
  const other: SqliteDatabase = {
    prepare: (sql) => database.prepare(sql),
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    get inTransaction() {
      return database.inTransaction
    },
  }
  const store = sqlite(other)
  return {
    store,
    close: async () => {
      await store.close()
      database.close()
    },
  }
})

transactionConformance('sqlite', async () => {
  const file = join(folder, 'transact.db')
  const { database: outside } = await openDatabase(file)
  outside.exec('PRAGMA busy_timeout = 1000')
  outside.exec('CREATE TABLE effects (id TEXT)')
  const store = sqlite(file)
  return {
    store,
    effects: {
      write: (database, id) => effects.write(database, id),
      count: (id: string) => effects.count(outside, id),
    },
    close: async () => {
      await store.close()
      outside.close()
    },
  }
})
