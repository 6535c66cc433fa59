/**
 * SQLite: claim and completion beside `INSERT … ON CONFLICT` and `UPDATE`, one after the other.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'libsql'
import { idempotency } from 'truce/idempotency'
import { sqlite } from 'truce/idempotency/sqlite'
import { contender, requestOf, RESULT, TTL } from './engine.js'
import type { Pair, Pairs } from './pairs.js'

const PLACE = { concurrency: 1, sample: 400 } as const

export async function sqlitePairs(): Promise<Pairs> {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-bench-'))
  const database = new Database(path.join(folder, 'bench.db'))
  const store = sqlite(database)
  const engine = idempotency({ store, ttl: TTL })
  const truce = await contender(store) // sets the journal's mode for both
  database.exec(`CREATE TABLE raw (key TEXT PRIMARY KEY, state TEXT NOT NULL, result TEXT, expires REAL NOT NULL) STRICT;
                 CREATE INDEX raw_expires ON raw (expires);
                 CREATE TABLE effect (key TEXT PRIMARY KEY) STRICT`)
  const claim = database.prepare(
    `INSERT INTO raw (key, state, expires) VALUES (?, 'running', unixepoch('subsec') + 3600) ON CONFLICT DO NOTHING`,
  )
  const complete = database.prepare(`UPDATE raw SET state = 'completed', result = ? WHERE key = ?`)
  const effect = database.prepare('INSERT INTO effect (key) VALUES (?)')
  const read = database.prepare('SELECT state, result FROM raw WHERE key = ?')
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rawPair = async (key: string) => {
    claim.run(key)
    complete.run(RESULT, key)
  }
  await rawPair('known')
  const pair = (mode: string, raw: Pair['raw'], way: Pair['raw'], sample: number = PLACE.sample): Pair => ({
    store: 'sqlite',
    mode,
    ...PLACE,
    sample,
    raw,
    truce: way,
  })
  const rawTransaction = async (key: string) => {
    begin.run()
    claim.run(key)
    effect.run(key)
    complete.run(RESULT, key)
    commit.run()
  }
  const truceTransaction = (nth: number) =>
    engine.execute(requestOf('transaction', `tx-${nth}`), () => {
      effect.run(`truce-${nth}`)
      return RESULT
    })
  return {
    pairs: [
      pair('claim', (nth) => rawPair(`raw-${nth}`), truce.claim),
      pair('execute', (nth) => rawPair(`raw-${nth}`), truce.execute),
      pair('transaction', (nth) => rawTransaction(`raw-${nth}`), truceTransaction),
      pair('replay', async () => read.get('known'), truce.replay, 10_000),
      pair('replay-execute', async () => read.get('known'), truce.replayExecute, 10_000),
    ],
    async close() {
      await store.close()
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
