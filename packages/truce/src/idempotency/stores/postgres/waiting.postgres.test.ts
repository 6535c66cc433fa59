import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { claimOf, isGranted, LONG, newScope } from '../../../../test/idempotency/at-hand.js'
import {
  admin,
  clients,
  endScene,
  flagged,
  moment,
  notifications,
  opened,
  pool,
  server,
  startScene,
  transact,
} from '../../../../test/idempotency/postgres-scene.js'
import { postgres } from './index.js'

beforeAll(startScene, 60_000)
afterAll(endScene)

describe.each(clients)('%s', (_, open) => {
  test('a duplicate that waits for an open transaction asks again by itself', async () => {
    const db = opened(open())
    const scope = newScope()
    const [held, go] = [moment(), moment()]
    const first = transact(db, scope, async () => {
      held.come()
      await go.here
      return { outcome: 'done' }
    })
    await held.here
    const waits = db.store.changed?.(scope, LONG, new AbortController().signal)
    await waits
    go.come()
    await first
    expect(await db.store.look(scope)).toMatchObject({ is: 'completed' })
  })

  test('a duplicate that waits is told of the end by one that knows nothing of it', async () => {
    const [db, other] = [opened(open()), opened(open())]
    const scope = newScope()
    const { fence } = isGranted(await other.store.begin(scope, claimOf()))
    const wait = db.store.changed?.(scope, LONG, new AbortController().signal)
    await flagged(scope)
    const told = await notifications()
    await other.store.complete(scope, { fence, outcome: 'done', ttl: LONG })
    await wait
    expect(await told.next).toBe(scope)
  })

  test('an end that nobody waits for is told to nobody', async () => {
    const db = opened(open())
    const [quiet, loud] = [newScope(), newScope()]
    const told = await notifications()
    for (const scope of [quiet, loud]) {
      const { fence } = isGranted(await db.store.begin(scope, claimOf()))
      if (scope === loud) await admin.query('UPDATE truce_idempotency SET waited = true WHERE scope = $1', [scope])
      await db.store.complete(scope, { fence, outcome: 'done', ttl: LONG })
    }
    expect(await told.next).toBe(loud)
  })

  test('a pool of one connection waits without one that listens', async () => {
    const db = opened(open(server.url, 1))
    const scope = newScope()
    const { fence } = isGranted(await db.store.begin(scope, claimOf()))
    const wait = db.store.changed?.(scope, LONG, new AbortController().signal)
    await db.store.complete(scope, { fence, outcome: 'done', ttl: LONG })
    await wait
    expect(await db.store.look(scope)).toMatchObject({ is: 'completed' })
  })
})

test('who waits is woken by what it is told, not by its clock', async () => {
  const made = pool()
  onTestFinished(() => made.end())
  const store = postgres(made)
  onTestFinished(() => store.close())
  const scope = newScope()
  const { fence } = isGranted(await store.begin(scope, claimOf()))
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const wait = store.changed?.(scope, LONG, new AbortController().signal)
  await flagged(scope)
  await store.complete(scope, { fence, outcome: 'done', ttl: LONG })
  await expect(wait).resolves.toBeUndefined()
})

test('the connection that listens is closed with the store, and with the last who waits', async () => {
  const made = pool()
  onTestFinished(() => made.end())
  const store = postgres(made)
  const scope = newScope()
  isGranted(await store.begin(scope, claimOf()))
  const controller = new AbortController()
  const wait = store.changed?.(scope, LONG, controller.signal)
  await flagged(scope)
  const other = postgres(made).changed?.(scope, LONG, controller.signal)
  controller.abort()
  await Promise.all([wait, other])
  await store.close()
  await vi.waitFor(() => expect(made.totalCount - made.idleCount).toBe(0), { timeout: 20_000 })
})
