import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startRedis } from '../../../../../../scripts/servers/redis.mjs'
import { claimOf, isGranted, LONG, lookUntil, newScope } from '../../../../test/idempotency/at-hand.js'
import { conformance } from '../../../../test/idempotency/conformance.js'
import { CLIENTS, CLUSTERS, type Connect, ioredis } from '../../../../test/idempotency/redis-clients.js'
import { redis, type RedisClient, type RedisOptions } from './index.js'

type Server = Awaited<ReturnType<typeof startRedis>>
let server: Server
let cluster: Server
/** The tests' own, to look behind. */
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
  // One server that has all slots is a cluster to its clients.
  cluster = await startRedis({ config: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } })
  const node = new Redis(cluster.url)
  await node.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => `${slot}`))
  while (!String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  node.disconnect()
})
afterAll(async () => {
  admin?.disconnect()
  await server?.stop()
  await cluster?.stop()
})

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
  vi.useRealTimers()
})

async function open(connect: Connect, options?: RedisOptions) {
  const { client, end } = await connect(server.url)
  const store = redis(client, options)
  ends.push(() => void store.close(), end)
  return { store, client }
}

for (const [name, connect] of [...CLIENTS, ...CLUSTERS]) {
  conformance(`redis: ${name}`, async () => {
    const { client, end } = await connect(name.includes('cluster') ? cluster.url : server.url)
    const store = redis(client)
    return {
      store,
      expiresByItself: true,
      async close() {
        await store.close()
        end()
      },
    }
  })
}

/** How often Redis was given each command, since the last time it was asked. */
async function commands(): Promise<ReadonlyMap<string, number>> {
  const stats = await admin.info('commandstats')
  await admin.config('RESETSTAT')
  return new Map(
    [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name = '', calls]) => [name, Number(calls)]),
  )
}

describe.for(CLIENTS)('redis by %s', ([, connect]) => {
  test('claim and completion are a command each', async () => {
    const { store } = await open(connect)
    await run(store, newScope())
    await commands()

    await run(store, newScope())

    expect((await commands()).get('evalsha')).toBe(2)
  })

  test('those of one turn go together', async () => {
    const { store } = await open(connect)
    await run(store, newScope())
    await commands()

    await Promise.all(Array.from({ length: 100 }, () => run(store, newScope())))

    const given = await commands()
    // 64 in one, the others in the next.
    expect(given.get('evalsha')).toBe(4)
    expect(given.get('set')).toBe(200)
  })

  test('a key that is something else’s fails alone', async () => {
    const { store } = await open(connect, { prefix: 'shared:' })
    await admin.del('shared:list')
    await admin.rpush('shared:list', 'of another')
    await admin.set('shared:text', 'of another')
    const scopes = ['list', 'text', newScope(), newScope()]

    const answers = await Promise.allSettled(scopes.map((scope) => store.begin(scope, claimOf())))

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await admin.lrange('shared:list', 0, -1)).toEqual(['of another'])
    expect(await admin.get('shared:text')).toBe('of another')
  })

  test('large results of one turn are kept each', async () => {
    const { store } = await open(connect)
    const results = Array.from({ length: 5 }, (_, i) => `${i}🕊`.repeat(50_000))

    const found = await Promise.all(results.map((outcome) => run(store, newScope(), outcome)))

    expect(found.every((each, i) => each.is === 'completed' && each.outcome === results[i])).toBe(true)
  })

  test('half a surrogate pair comes back as it went in', async () => {
    const { store } = await open(connect)
    expect(await run(store, newScope(), '"\uD83D"')).toMatchObject({ outcome: '"\uD83D"' })
  })

  test('a Redis that forgot the scripts is sent them again', async () => {
    const { store } = await open(connect)
    const scope = newScope()
    const { fence } = isGranted(await store.begin(scope, claimOf()))

    const forget = () => admin.script('FLUSH', 'SYNC')
    await forget()
    expect(await store.renew(scope, { fence, lease: LONG })).toEqual({ is: 'kept' })
    await forget()
    expect(await store.note(scope, { fence, lease: LONG, name: 'step', result: '1' })).toEqual({ is: 'kept' })
    await forget()
    expect(await store.look(scope)).toMatchObject({ is: 'running', fence })
    await forget()
    expect(await store.complete(scope, { fence, outcome: 'done', ttl: LONG })).toEqual({ is: 'kept' })
    await forget()
    expect(await store.begin(scope, claimOf())).toMatchObject({ is: 'completed', outcome: 'done' })
    await forget()
    const many = await Promise.all(Array.from({ length: 100 }, () => store.begin(newScope(), claimOf())))
    expect(many.every(({ is }) => is === 'granted')).toBe(true)
  })

  test('two workers whose clocks are two hours apart agree', async () => {
    const { store: early } = await open(connect)
    const { store: late } = await open(connect)
    const scope = newScope()
    const real = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })

    vi.setSystemTime(real - LONG)
    const { fence, created } = isGranted(await early.begin(scope, claimOf({ lease: LONG / 2, ttl: LONG / 2 })))
    vi.setSystemTime(real + LONG)
    const found = await late.begin(scope, claimOf({ lease: LONG / 2, ttl: LONG / 2 }))

    expect(found).toMatchObject({ is: 'running', fence, created, left: expect.closeTo(LONG / 2, -5) })
    const [seconds = 0] = await admin.time()
    expect(Math.abs(created / 1_000 - seconds)).toBeLessThan(60)
  })

  test('Redis itself deletes what ran out', async () => {
    const { store } = await open(connect, { prefix: 'gone:' })
    const scope = newScope()
    const { fence } = isGranted(await store.begin(scope, claimOf()))
    expect(await admin.pttl(`gone:${scope}`)).toBeGreaterThan(LONG - 60_000)
    await store.complete(scope, { fence, outcome: 'done', ttl: 1 })

    await lookUntil(store, scope, ({ is }) => is === 'absent')
    while ((await admin.exists(`gone:${scope}`)) > 0);
    expect(await store.reap(10)).toBe(0)
  })

  test('a heartbeat moves the end of a record that would run out before it', async () => {
    const { store } = await open(connect, { prefix: 'longer:' })
    const scope = newScope()
    const { fence } = isGranted(await store.begin(scope, claimOf({ ttl: LONG, lease: LONG })))
    await store.renew(scope, { fence, lease: 3 * LONG })

    expect(await admin.pttl(`longer:${scope}`)).toBeGreaterThan(2 * LONG)
  })
})

test('a prefix of the client’s own comes before the store’s', async () => {
  const { store } = await open(async (url) => {
    const client = new Redis(url, { keyPrefix: 'app:' })
    return { client, end: () => client.disconnect() }
  })
  const scope = newScope()
  await run(store, scope)

  expect(await admin.exists(`app:truce:${scope}`)).toBe(1)
})

test('what is no client, no prefix or no option is refused at once', async () => {
  const { client } = await ioredis(server.url)
  ends.push(() => (client as Redis).disconnect())
  expect(() => redis({} as RedisClient)).toThrow(/new Redis\(\) of ioredis, or createClient\(\) of redis/)
  expect(() => redis(undefined as unknown as RedisClient)).toThrow(/createClient/)
  expect(() => redis(client, { prefix: 1 } as unknown as RedisOptions)).toThrow(/prefix/)
  expect(() => redis(client, { durability: 'always' } as unknown as RedisOptions)).toThrow(/'aof-always'/)
  expect(() => redis(client, { perfix: 'a' } as unknown as RedisOptions)).toThrow(/prefix/)
})

/** A run from its claim to its end, and what a repeat then finds. */
async function run(store: ReturnType<typeof redis>, scope: string, outcome = 'done') {
  const { fence } = isGranted(await store.begin(scope, claimOf()))
  expect(await store.complete(scope, { fence, outcome, ttl: LONG })).toEqual({ is: 'kept' })
  return outcome === 'done' ? ({ is: 'completed', outcome } as const) : await store.look(scope)
}
