import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startRedis } from '../../../../../../scripts/servers/redis.mjs'
import { CLIENTS, type Connect } from '../../../../test/idempotency/redis-clients.js'
import { redis, type RedisOptions } from './index.js'

const PLAIN = { appendonly: 'no', save: '', appendfsync: 'everysec', maxmemory: '0', 'maxmemory-policy': 'noeviction' }

let server: Awaited<ReturnType<typeof startRedis>>
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})
afterAll(async () => {
  admin?.disconnect()
  await server?.stop()
})

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function ready(connect: Connect, settings: Partial<typeof PLAIN>, options?: RedisOptions): Promise<string> {
  for (const [name, value] of Object.entries({ ...PLAIN, ...settings })) await admin.config('SET', name, value)
  const { client, end } = await connect(server.url)
  ends.push(end)
  return redis(client, options).ready()
}

describe.for(CLIENTS)('ready by %s', ([, connect]) => {
  test.for<[Partial<typeof PLAIN>, string]>([
    [{}, 'nothing is kept on disk: a restart forgets all keys'],
    [{ save: '3600 1' }, 'no AOF, snapshots only (RDB): a crash forgets all keys since the last one'],
    [{ appendonly: 'yes' }, 'AOF, fsync everysec: a crash of the machine forgets up to two seconds'],
    [{ appendonly: 'yes', appendfsync: 'always' }, 'AOF, fsync always: a crash forgets nothing'],
    [{ appendonly: 'yes', appendfsync: 'no' }, 'AOF, fsync left to the system: a crash of the machine may forget'],
  ])('with %o it says: %s', async ([settings, words]) => {
    const said = await ready(connect, settings)

    expect(said).toMatch(/^Redis \d+\.\d+\.\d+; /)
    expect(said).toContain(words)
    expect(said).not.toContain('evict')
  })

  test.for(['allkeys-lru', 'volatile-ttl', 'volatile-lru', 'allkeys-random'])(
    'a Redis that evicts (%s) is refused',
    async (policy) => {
      const said = ready(connect, { maxmemory: '100mb', 'maxmemory-policy': policy })

      await expect(said).rejects.toThrow(
        new RegExp(`evicts keys.*noeviction \\(it has ${policy}, and maxmemory 104857600\\)`),
      )
    },
  )

  test('one that has a limit and refuses writes beyond it is not', async () => {
    expect(await ready(connect, { maxmemory: '100mb' })).not.toContain('evict')
  })

  test('one that would evict if it had a limit is told of', async () => {
    const said = await ready(connect, { 'maxmemory-policy': 'allkeys-lru' })

    expect(said).toContain('maxmemory-policy is allkeys-lru: it would evict keys as soon as maxmemory is set')
  })

  test('less than what is demanded is refused, as much is not', async () => {
    const appends = { appendonly: 'yes' }
    await expect(ready(connect, {}, { durability: 'aof' })).rejects.toThrow(/nothing is kept on disk.*appendonly yes/)
    await expect(ready(connect, appends, { durability: 'aof-always' })).rejects.toThrow(/everysec.*appendfsync always/)
    expect(await ready(connect, appends, { durability: 'aof' })).toContain('everysec')
    const always = { ...appends, appendfsync: 'always' }
    expect(await ready(connect, always, { durability: 'aof-always' })).toContain('always')
    expect(await ready(connect, always, { durability: 'aof' })).toContain('always')
  })
})

describe('where CONFIG is forbidden, as with hosted Redis', () => {
  const asGuests: [string, Connect][] = [
    [
      'ioredis',
      async (url) => {
        const client = new Redis(url, { username: 'guest', password: 'guest' })
        return { client, end: () => client.disconnect() }
      },
    ],
    [
      'node-redis',
      async (url) => {
        const client = createClient({ url, username: 'guest', password: 'guest' })
        client.on('error', () => {})
        await client.connect()
        return { client, end: () => client.destroy() }
      },
    ],
  ]

  describe.for(asGuests)('by %s', ([, connect]) => {
    beforeAll(async () => {
      await admin.call('ACL', 'SETUSER', 'guest', 'reset', 'on', '>guest', '~*', '&*', '+@all', '-config')
    })

    test('it says what INFO says, and what could not be checked', async () => {
      expect(await ready(connect, { appendonly: 'yes', appendfsync: 'always' })).toContain(
        'AOF; CONFIG is forbidden here, so appendfsync could not be checked',
      )
      expect(await ready(connect, {})).toContain('no AOF: a crash forgets keys; CONFIG is forbidden here, so snapshots')
    })

    test('one that evicts is refused all the same', async () => {
      await expect(ready(connect, { maxmemory: '100mb', 'maxmemory-policy': 'volatile-lru' })).rejects.toThrow(
        /evicts keys.*volatile-lru/,
      )
    })

    test('what cannot be checked is not taken for what is demanded', async () => {
      const always = { appendonly: 'yes', appendfsync: 'always' }
      await expect(ready(connect, always, { durability: 'aof-always' })).rejects.toThrow(/leave the option out/)
      expect(await ready(connect, always, { durability: 'aof' })).toContain('AOF')
    })
  })
})

test.for(CLIENTS)('a replica is refused by %s', async ([, connect]) => {
  const replica = await startRedis({ config: { replicaof: `127.0.0.1 ${server.port}` } })
  const { client, end } = await connect(replica.url)
  await expect(redis(client).ready()).rejects.toThrow(/replica.*allowed: a client of the primary/)
  end()
  await replica.stop()
})

test.for(CLIENTS)('what the client throws is thrown, not taken for a forbidden command: %s', async ([, connect]) => {
  const { client, end } = await connect(server.url)
  const store = redis(client)
  await admin.config('SET', 'maxmemory', '0')
  await store.ready()
  end()
  await expect(store.ready()).rejects.toThrow(/closed/)
})
