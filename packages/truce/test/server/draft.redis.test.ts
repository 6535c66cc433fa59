import { Redis } from 'ioredis'
import { redis } from 'truce/idempotency/redis'
import { afterAll, beforeAll } from 'vitest'
import { startRedis } from '../../../../scripts/servers/redis.mjs'
import { draftRulesOfStore } from './draft.js'
import { engineSocketLaws } from './engine-socket-laws.js'
import { node } from './node-framework.js'

let server: Awaited<ReturnType<typeof startRedis>>
let client: Redis

beforeAll(async () => {
  server = await startRedis()
  client = new Redis(server.url)
})
afterAll(async () => {
  client?.disconnect()
  await server?.stop()
})

draftRulesOfStore('redis', async () => redis(client))
engineSocketLaws('redis', node, async () => redis(client))
