import { once } from 'node:events'
import { connect as dial, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, describe, expect, test } from 'vitest'
import { startRedis } from '../../../../../../scripts/servers/redis.mjs'
import { claimOf, isGranted, LONG, newScope } from '../../../../test/idempotency/at-hand.js'
import { CLIENTS, type Connect, ioredis, nodeRedis } from '../../../../test/idempotency/redis-clients.js'
import { redis } from './index.js'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start(config: Record<string, string> = {}) {
  const server = await startRedis({ config })
  ends.push(() => server.stop())
  return server
}

async function open(connect: Connect, url: string) {
  const { client, end } = await connect(url)
  const store = redis(client)
  ends.push(end, () => store.close())
  return store
}

/** Clients that give up on an answer. */
const impatient: [string, Connect][] = [
  [
    'ioredis',
    async (url) => {
      const client = new Redis(url, { commandTimeout: 300 })
      client.on('error', () => {})
      await client.ping()
      return { client, end: () => client.disconnect() }
    },
  ],
  [
    'node-redis',
    async (url) => {
      const client = createClient({ url, socket: { socketTimeout: 300 } })
      client.on('error', () => {})
      await client.connect()
      return { client, end: () => client.destroy() }
    },
  ],
]

/** Stands before Redis; when told, it lets a command pass and cuts the connection instead of answering. */
async function cuttable(port: number) {
  const sockets = new Set<Socket>()
  let cuts = false
  const proxy = createServer((near) => {
    const far = dial(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (answer) => {
      if (!cuts) near.write(answer)
      else {
        cuts = false
        near.destroy()
      }
    })
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  ends.push(() => {
    proxy.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cutNextAnswer: () => (cuts = true),
  }
}

describe.for(CLIENTS)('outages by %s', ([, connect]) => {
  test('a claim, a result and finished steps survive a restart with AOF, and the store goes on', async () => {
    const server = await start({ appendonly: 'yes', appendfsync: 'always' })
    const before = await open(connect, server.url)
    const [running, done, free] = [newScope(), newScope(), newScope()]
    const { fence } = isGranted(await before.begin(running, claimOf()))
    await before.note(running, { fence, lease: LONG, name: 'charge', result: '{"id":"ß"}' })
    const completed = isGranted(await before.begin(done, claimOf()))
    await before.complete(done, { fence: completed.fence, outcome: 'done', ttl: LONG })
    const given = isGranted(await before.begin(free, claimOf()))
    await before.abandon(free, { fence: given.fence, as: 'free' })

    await server.kill()
    await server.restart()

    const after = await open(connect, server.url)
    // The restarted server knows no script.
    expect(await after.begin(running, claimOf())).toMatchObject({ is: 'running', fence })
    expect(await after.begin(done, claimOf())).toMatchObject({ is: 'completed', outcome: 'done' })
    expect(isGranted(await after.begin(free, claimOf())).fence).toBeGreaterThan(given.fence)
    expect(await after.abandon(running, { fence, as: 'free' })).toEqual({ is: 'kept' })
    const next = isGranted(await after.begin(running, claimOf()))
    expect(next).toMatchObject({ points: { charge: '{"id":"ß"}' }, takeover: true })
  })

  test('a server that stands still in mid-command answers when it goes on, once', async () => {
    const server = await start()
    const store = await open(connect, server.url)
    const scope = newScope()
    await server.pause()
    const first = store.begin(scope, claimOf({ run: 'first' }))
    const second = store.begin(scope, claimOf({ run: 'second' }))
    await server.resume()

    const { fence } = isGranted(await first)
    expect(await second).toMatchObject({ is: 'running', fence })
    await server.pause()
    const completions = ['a', 'b'].map((outcome) => store.complete(scope, { fence, outcome, ttl: LONG }))
    await server.resume()
    expect(await Promise.all(completions)).toEqual([{ is: 'kept' }, { is: 'kept' }])
    expect(await store.look(scope)).toMatchObject({ is: 'completed', outcome: 'a' })
  })

  test('an answer that was cut off is had by asking again', async () => {
    const server = await start()
    const proxy = await cuttable(server.port)
    const store = await open(connect, proxy.url)
    const behind = await open(connect, server.url)
    const scope = newScope()
    const claim = claimOf()
    // So that scripts are known: what is cut off is an answer, not a question for the text.
    await store.complete(newScope(), {
      fence: isGranted(await store.begin(newScope(), claimOf())).fence,
      outcome: '',
      ttl: 1,
    })

    proxy.cutNextAnswer()
    const cut = await store.begin(scope, claim).catch((error: unknown) => error)
    // node-redis says so; ioredis has asked again by itself.
    expect(cut instanceof Error || (cut as { is: string }).is === 'granted').toBe(true)
    expect(await behind.begin(scope, claimOf())).toMatchObject({ is: 'running' })
    const { fence } = isGranted(await store.begin(scope, claim))
    if (!(cut instanceof Error)) expect(cut).toMatchObject({ fence })

    proxy.cutNextAnswer()
    const completion = { fence, outcome: 'done', ttl: LONG }
    await store.complete(scope, completion).catch((error: unknown) => expect(error).toBeInstanceOf(Error))
    expect(await behind.begin(scope, claimOf())).toMatchObject({ is: 'completed', outcome: 'done', fence })
    expect(await store.complete(scope, completion)).toEqual({ is: 'kept' })
  })

  test('a batch whose answer was cut off is granted once each', async () => {
    const server = await start()
    const proxy = await cuttable(server.port)
    const store = await open(connect, proxy.url)
    await store.begin(newScope(), claimOf())
    const claims = Array.from({ length: 50 }, () => ({ scope: newScope(), claim: claimOf() }))

    proxy.cutNextAnswer()
    await Promise.allSettled(claims.map(({ scope, claim }) => store.begin(scope, claim)))

    const again = await Promise.all(claims.map(({ scope, claim }) => store.begin(scope, claim)))
    for (const answer of again) expect(answer).toMatchObject({ is: 'granted', takeover: false })
    const others = await Promise.all(claims.map(({ scope }) => store.begin(scope, claimOf())))
    for (const answer of others) expect(answer.is).toBe('running')
  })

  test('a Redis that is full says so, and nothing is half written', async () => {
    const server = await start({ maxmemory: '100kb' })
    const store = await open(connect, server.url)
    const answers = await Promise.allSettled([store.begin(newScope(), claimOf()), store.begin(newScope(), claimOf())])

    for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected', reason: { message: /^OOM / } })
    const behind = new Redis(server.url)
    expect(await behind.dbsize()).toBe(0)
    behind.disconnect()
  })
})

test.for(impatient)(
  'a server that does not answer in time throws, and its claim finds itself: %s',
  async ([name, connect]) => {
    const server = await start()
    const store = await open(connect, server.url)
    const scope = newScope()
    const claim = claimOf()
    isGranted(await store.begin(newScope(), claimOf()))

    await server.pause()
    await expect(store.begin(scope, claim)).rejects.toThrow(/timed? ?out/i)
    await server.resume()

    const behind = await open(name === 'ioredis' ? ioredis : nodeRedis, server.url)
    const { fence, takeover } = isGranted(await behind.begin(scope, claim))
    expect(takeover).toBe(false)
    expect(await behind.begin(scope, claimOf())).toMatchObject({ is: 'running', fence })
  },
)

test('without a queue for it a command to a lost connection throws at once', async () => {
  const server = await start()
  const client = new Redis(server.url, { enableOfflineQueue: false })
  client.on('error', () => {})
  ends.push(() => client.disconnect())
  await new Promise((resolve) => client.once('ready', resolve))
  const store = redis(client)
  const closed = new Promise((resolve) => client.once('close', resolve))
  await server.kill()
  await closed

  await expect(store.begin(newScope(), claimOf())).rejects.toThrow(/writeable/)
})
