import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { claimOf, isGranted, LONG } from '../../../../test/idempotency/at-hand.js'
import { sqlite } from './index.js'

type Store = ReturnType<typeof sqlite>

/**
 * libsql keeps a write that was refused the lock in progress, and from then on refuses every commit of its
 * connection: of the store's, and of the service's own.
 */
test.for([
  ['claim', (store: Store) => store.begin('other', claimOf())],
  ['completion', (store: Store, fence: number) => store.complete('k', { fence, outcome: 'v1', ttl: LONG })],
  ['reaper', (store: Store) => store.reap(10)],
] as const)('a %s that was refused the lock leaves the connection as it was', async ([, write]) => {
  const folder = mkdtempSync(join(tmpdir(), 'truce-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [database, neighbour] = [new Libsql(join(folder, 'keys.db')), new Libsql(join(folder, 'keys.db'))]
  const store = sqlite(database, { busy: 20 })
  await store.ready()
  const { fence } = isGranted(await store.begin('k', claimOf({ lease: 1, ttl: 1 })))
  neighbour.exec('BEGIN IMMEDIATE')
  await expect(write(store, fence)).rejects.toThrow(/lock/)
  neighbour.exec('ROLLBACK')

  database.exec('BEGIN IMMEDIATE')
  expect(() => database.exec('COMMIT')).not.toThrow()
  const run = await store.transact?.('after', claimOf(), () => ({ outcome: 'done' }))
  expect(run).toMatchObject({ end: 'committed' })
})
