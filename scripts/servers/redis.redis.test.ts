import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { folderOf } from '../folder-of.js'
import { exists } from './another-process.js'
import { startRedis } from './redis.mjs'

type Options = NonNullable<Parameters<typeof startRedis>[0]>

async function server(config: Options['config'] = {}) {
  const started = await startRedis({ config })
  onTestFinished(() => started.stop())
  return started
}

function clientOf({ url }: { url: string }): Redis {
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 })
  client.on('error', () => {}) // refused while the server is down: it dials again
  onTestFinished(() => client.disconnect())
  return client
}

test('answers a client, and evicts nothing', async () => {
  const redis = await server()
  const client = clientOf(redis)
  expect(await client.set('a', '1')).toBe('OK')
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  expect(redis).toMatchObject({ host: '127.0.0.1', url: `redis://127.0.0.1:${redis.port}` })
  expect(exists(redis.pid)).toBe(true)
})

test('listens on the loopback only, on a port that no outgoing connection takes', async () => {
  const redis = await server()
  expect(await clientOf(redis).config('GET', 'bind')).toEqual(['bind', '127.0.0.1'])
  expect(redis.port).toBeLessThan(32_768)
})

test('takes what redis.conf could say', async () => {
  const client = clientOf(await server({ save: '60 1 300 10', 'maxmemory-policy': 'allkeys-lru' }))
  expect(await client.config('GET', 'save')).toEqual(['save', '60 1 300 10'])
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru'])
})

test('what redis.conf could not say is told in the words of the server', async () => {
  await expect(startRedis({ config: { nonsense: '1' } })).rejects.toThrow(/Starting Redis failed: .*>>> 'nonsense 1'/s)
})

test('a program that is no Redis is told', async () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('TRUCE_REDIS_SERVER', `${folderOf('other')}/other`)
  await expect(startRedis()).rejects.toThrow('Starting Redis failed: it ended with 0.')
})

test('while one is paused, a command waits and another server answers', async () => {
  const [redis, other] = await Promise.all([server(), server()])
  const [client, neighbour] = [clientOf(redis), clientOf(other)]
  await client.set('count', '1')
  await redis.pause()
  let answered = false
  const answer = client.incr('count').finally(() => (answered = true))
  for (let turn = 0; turn < 100; turn++) await neighbour.incr('count')
  expect(answered).toBe(false)
  await redis.resume()
  expect(await answer).toBe(2)
  expect(await neighbour.get('count')).toBe('100')
})

test('a restart keeps port and folder, and the data where they are written', async () => {
  const redis = await server({ appendonly: 'yes' })
  const client = clientOf(redis)
  await client.set('kept', 'yes')
  const { pid, port, folder } = redis
  const closed = once(client, 'close')
  await redis.restart()
  await closed
  expect(await client.get('kept')).toBe('yes')
  expect(redis).toMatchObject({ port, folder })
  expect(redis.pid).not.toBe(pid)
})

test('without appendonly a restart forgets', async () => {
  const redis = await server()
  const client = clientOf(redis)
  await client.set('kept', 'yes')
  const closed = once(client, 'close')
  await redis.restart()
  await closed
  expect(await client.get('kept')).toBeNull()
})

test('after a kill nobody answers until a restart, which finds what was synced', async () => {
  const redis = await server({ appendonly: 'yes', appendfsync: 'always' })
  const client = clientOf(redis)
  await client.set('kept', 'yes')
  const { pid } = redis
  const refused = once(client, 'error')
  await redis.kill()
  expect(exists(pid)).toBe(false)
  await refused
  await expect(redis.pause()).rejects.toThrow('not running')
  await redis.restart()
  expect(await client.get('kept')).toBe('yes')
})

test('stop ends it, paused or not, and removes its folder', async () => {
  const [redis, paused] = await Promise.all([server(), server()])
  await paused.pause()
  await Promise.all([redis.stop(), paused.stop()])
  expect([redis, paused].map(({ pid, folder }) => [exists(pid), existsSync(folder)])).toEqual([
    [false, false],
    [false, false],
  ])
  await redis.stop()
  await expect(redis.restart()).rejects.toThrow('Redis was stopped and its data removed: start another.')
})
