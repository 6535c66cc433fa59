/**
 * Redis: claim and completion beside `SET NX` and `SET`, at 64 at once.
 *
 * @module
 */
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { redis } from 'truce/idempotency/redis'
import { contender, RESULT, TTL } from './engine.js'
import type { Pair, Pairs } from './pairs.js'
import { launch } from '../../../scripts/servers/launch.mjs'

const PLACE = { concurrency: 64, sample: 4_000 } as const

/** @param client which of the two is measured */
export async function redisPairs(client: 'ioredis' | 'node-redis'): Promise<Pairs> {
  const server = await launch('redis')
  const its = client === 'ioredis' ? ioredis(server.url) : await nodeRedis(server.url)
  const truce = await contender(its.store)
  await its.set('raw-known', RESULT)
  const rawPair = async (nth: number) => {
    await its.claim(`raw-${nth}`)
    await its.set(`raw-${nth}`, RESULT)
  }
  const pair = (mode: string, raw: Pair['raw'], way: Pair['raw']): Pair => ({
    store: client,
    mode,
    ...PLACE,
    raw,
    truce: way,
  })
  return {
    pairs: [
      pair('claim', rawPair, truce.claim),
      pair('execute', rawPair, truce.execute),
      pair('replay', () => its.get('raw-known'), truce.replay),
      pair('replay-execute', () => its.get('raw-known'), truce.replayExecute),
    ],
    async close() {
      await its.close()
      await server.stop()
    },
  }
}

function ioredis(url: string) {
  const client = new Redis(url)
  const store = redis(client)
  return {
    store,
    claim: (key: string) => client.set(key, 'running', 'PX', TTL, 'NX'),
    set: (key: string, value: string) => client.set(key, value, 'PX', TTL),
    get: (key: string) => client.get(key),
    close: async () => {
      await store.close()
      await client.quit()
    },
  }
}

async function nodeRedis(url: string) {
  const client = createClient({ url })
  await client.connect()
  const store = redis(client)
  return {
    store,
    claim: (key: string) => client.set(key, 'running', { PX: TTL, NX: true }),
    set: (key: string, value: string) => client.set(key, value, { PX: TTL }),
    get: (key: string) => client.get(key),
    close: async () => {
      await store.close()
      await client.close()
    },
  }
}
