import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startRedis } from '../../../../../../scripts/servers/redis.mjs'
import { claimOf, isGranted, LONG, newScope } from '../../../../test/idempotency/at-hand.js'
import { CLIENTS, type Connect, ioredis } from '../../../../test/idempotency/redis-clients.js'
import { redis } from './index.js'

let server: Awaited<ReturnType<typeof startRedis>>
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
  await admin.call('ACL', 'SETUSER', 'deaf', 'reset', 'on', '>deaf', '~*', 'resetchannels', '+@all')
})
afterAll(async () => {
  admin?.disconnect()
  await server?.stop()
})

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  // So that no test sees another's.
  while ((await listeners()).length > 0);
})

async function open(connect: Connect) {
  const { client, end } = await connect(server.url)
  const store = redis(client)
  ends.push(() => store.close(), end)
  const changed = (scope: string, ms: number, signal: AbortSignal): Promise<void> =>
    store.changed?.(scope, ms, signal) ?? expect.fail('it cannot wait')
  return { ...store, changed }
}

async function listeners(): Promise<readonly string[]> {
  const list = String(await admin.client('LIST', 'TYPE', 'PUBSUB'))
  return list.split('\n').filter((line) => line !== '')
}

/** So that what follows finds it asleep. */
async function sleeps(scope: string, waiters = 1): Promise<void> {
  while (((await admin.get(`truce:${scope}`)) ?? '').split(`${scope} `).length <= waiters);
}

async function published(): Promise<number> {
  return Number(/cmdstat_publish:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0)
}

describe.for(CLIENTS)('waiting by %s', ([, connect]) => {
  test('nobody listens and nothing is published until somebody waits', async () => {
    const store = await open(connect)
    const before = await published()
    const scope = newScope()
    const { fence } = isGranted(await store.begin(scope, claimOf()))
    await store.begin(scope, claimOf())
    await store.complete(scope, { fence, outcome: 'done', ttl: LONG })

    expect(await published()).toBe(before)
    expect(await listeners()).toEqual([])
  })

  test('an end is told once to each process that waits, and wakes all who wait in it', async () => {
    const [runner, one, other] = [await open(connect), await open(connect), await open(connect)]
    const before = await published()
    const scope = newScope()
    const { fence } = isGranted(await runner.begin(scope, claimOf()))
    const { signal } = new AbortController()
    const waits = [one, one, one, other].map((store) => store.changed(scope, LONG, signal))
    await sleeps(scope, 2)
    expect(await listeners()).toHaveLength(2)
    // A heartbeat and a finished step are no news, and lose nobody.
    await runner.renew(scope, { fence, lease: 2 * LONG })
    await runner.note(scope, { fence, lease: LONG, name: 'step', result: '1' })

    await runner.complete(scope, { fence, outcome: 'done', ttl: LONG })

    await Promise.all(waits)
    expect((await published()) - before).toBe(2)
    expect(await runner.look(scope)).toMatchObject({ is: 'completed', outcome: 'done' })
  })

  test('whoever waits hears of the end of a run that took over, too', async () => {
    const [runner, waiter] = [await open(connect), await open(connect)]
    const scope = newScope()
    const first = isGranted(await runner.begin(scope, claimOf({ mode: 'derived-key', lease: 200 })))
    const wait = waiter.changed(scope, LONG, new AbortController().signal)
    await sleeps(scope)
    while ((await runner.begin(scope, claimOf({ mode: 'derived-key', run: 'second' }))).is !== 'granted');
    const { fence } = isGranted(await runner.begin(scope, claimOf({ run: 'second' })))
    expect(fence).toBeGreaterThan(first.fence)

    await runner.abandon(scope, { fence, as: 'free' })

    await wait
    expect(isGranted(await runner.begin(scope, claimOf())).points).toEqual({})
  })

  test('a connection that breaks wakes all who wait, and for some time it is asked instead', async () => {
    const store = await open(connect)
    const scope = newScope()
    const { fence } = isGranted(await store.begin(scope, claimOf()))
    const { signal } = new AbortController()
    const waits = [store.changed(scope, LONG, signal), store.changed(scope, LONG, signal)]
    await sleeps(scope)

    await admin.client('KILL', 'TYPE', 'PUBSUB')

    await Promise.all(waits)
    expect(await store.look(scope)).toMatchObject({ is: 'running', fence })
    await store.changed(scope, LONG, signal)
    expect(await listeners()).toEqual([])
  })

  test('closed, it listens no more and keeps nobody waiting', async () => {
    const store = await open(connect)
    const scope = newScope()
    await store.begin(scope, claimOf())
    const wait = store.changed(scope, LONG, new AbortController().signal)
    await sleeps(scope)

    await store.close()

    await wait
    while ((await listeners()).length > 0);
    expect(await store.look(scope)).toMatchObject({ is: 'running' })
  })

  test('a server that is gone ends the wait', async () => {
    const gone = await startRedis()
    const { client, end } = await connect(gone.url)
    const store = redis(client)
    const scope = newScope()
    await store.begin(scope, claimOf())
    const wait = store.changed?.(scope, LONG, new AbortController().signal)
    await gone.kill()
    expect(await wait).toBeUndefined()
    await store.close()
    end()
    await gone.stop()
  })
})

const deaf: [string, Connect][] = [
  [
    'ioredis',
    async (url) => {
      const client = new Redis(url, { username: 'deaf', password: 'deaf' })
      return { client, end: () => client.disconnect() }
    },
  ],
  [
    'node-redis',
    async (url) => {
      const client = createClient({ url, username: 'deaf', password: 'deaf' })
      client.on('error', () => {})
      await client.connect()
      return { client, end: () => client.destroy() }
    },
  ],
]

test.for(deaf)('who may not listen (%s) asks again', async ([, connect]) => {
  const store = await open(connect)
  const scope = newScope()
  await store.begin(scope, claimOf())

  await store.changed(scope, LONG, new AbortController().signal)
  await store.changed(scope, LONG, new AbortController().signal)

  expect(await store.look(scope)).toMatchObject({ is: 'running' })
})

test.for(deaf)('who may not publish (%s) completes all the same', async ([, connect]) => {
  const [runner, waiter] = [await open(connect), await open(ioredis)]
  const scope = newScope()
  const { fence } = isGranted(await runner.begin(scope, claimOf()))
  const controller = new AbortController()
  const wait = waiter.changed(scope, LONG, controller.signal)
  await sleeps(scope)

  expect(await runner.complete(scope, { fence, outcome: 'done', ttl: LONG })).toEqual({ is: 'kept' })

  controller.abort()
  await wait
})

test('a client whose commands are not to wait for a connection listens as well', async () => {
  const store = await open(async (url) => {
    const client = new Redis(url, { enableOfflineQueue: false })
    await new Promise((resolve) => client.once('ready', resolve))
    return { client, end: () => client.disconnect() }
  })
  const scope = newScope()
  const { fence } = isGranted(await store.begin(scope, claimOf()))
  const wait = store.changed(scope, LONG, new AbortController().signal)
  await sleeps(scope)
  await store.complete(scope, { fence, outcome: 'done', ttl: LONG })
  await wait
  expect(await store.look(scope)).toMatchObject({ is: 'completed' })
})
