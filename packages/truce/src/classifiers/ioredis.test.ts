import { Redis, type RedisOptions } from 'ioredis'
import { describe, expect, it, test } from 'vitest'
import { closedPort, thrownBy } from '../../test/misbehaving/listen.js'
import { fakeRedis, type Reply } from '../../test/misbehaving/redis.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { detectLayers } from './detect-layers.js'
import { innerLayer } from './inner-layer.js'
import { ioredis } from './ioredis.js'

type Options = Omit<RedisOptions, 'replyMapping'>

const clientAt = (port: number, options: Options) => {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 1, maxRetriesPerRequest: 0, ...options })
  return client.on('error', () => {})
}

const setAt =
  (port: number, options: Options = {}) =>
  async (): Promise<unknown> => {
    const client = clientAt(port, options)
    try {
      return await client.set('k', 'v')
    } finally {
      client.disconnect()
    }
  }
const set = async (reply: Reply, options?: Options) => verdictOn(ioredis, setAt(await fakeRedis(() => reply), options))

describe('error replies', () => {
  test.each<[Reply, string]>([
    ['-LOADING Redis is loading the dataset in memory', 'unavailable not-applied'],
    ['-MASTERDOWN Link with MASTER is down', 'unavailable not-applied'],
    ['-CLUSTERDOWN The cluster is down', 'unavailable not-applied'],
    ["-READONLY You can't write against a read only replica.", 'unavailable not-applied'],
    ['-NOREPLICAS Not enough good replicas to write.', 'unavailable not-applied'],
    ['-BUSY Redis is busy running a script.', 'overloaded not-applied'],
    ["-OOM command not allowed when used memory > 'maxmemory'.", 'overloaded not-applied'],
    ["-OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:1.", 'overloaded unknown'],
    ['-ERR max number of clients reached', 'overloaded not-applied'],
    ['-TRYAGAIN Multiple keys request during rehashing of slot', 'conflict not-applied'],
    ['-NOAUTH Authentication required.', 'unauthorized not-applied'],
    ['-WRONGTYPE Operation against a key holding the wrong kind of value', 'rejected not-applied'],
    ['-ERR wrong number of arguments', 'invalid not-applied'],
    ['-NOSCRIPT No matching script.', 'not-found not-applied'],
    ['-HOUSE of another kind', 'internal unknown silent'],
  ])('%s', async (reply, expected) => expect(await set(reply)).toBe(expected))

  it('of a transaction that was discarded', async () => {
    const port = await fakeRedis(([name]) =>
      name?.toUpperCase() === 'EXEC' ? '-EXECABORT Transaction discarded because of previous errors.' : '+QUEUED',
    )
    const client = clientAt(port, {})
    expect(await verdictOn(ioredis, () => client.multi().set('k', 'v').exec())).toBe('rejected not-applied')
    client.disconnect()
  })
})

describe('no answer', () => {
  test('refused, and the client gave up connecting', async () =>
    expect(await verdictOn(ioredis, setAt(await closedPort(), { retryStrategy: () => null }))).toBe(
      'unavailable unknown silent',
    ))
  test('reset', async () => expect(await set('reset')).toBe('unavailable unknown silent'))
  test('closed', async () => expect(await set('close')).toBe('unavailable unknown silent'))
  test('never answered', async () =>
    expect(await set('silence', { commandTimeout: 30 })).toBe('timeout unknown silent'))
  test('not connected, and no queue', async () =>
    expect(await verdictOn(ioredis, setAt(await closedPort(), { enableOfflineQueue: false }))).toBe(
      'unavailable not-applied silent',
    ))
})

describe('its own retries', () => {
  it('are a second layer that an error counts', async () => {
    const error = await thrownBy(setAt(await closedPort(), { maxRetriesPerRequest: 2 }))
    expect(innerLayer(error)).toEqual({ library: 'ioredis', attempts: 3, off: 'maxRetriesPerRequest: 0' })
    expect(innerLayer(await thrownBy(setAt(await closedPort())))).toBeUndefined()
  })

  it('are a second layer of a client, by default of 21', async () => {
    const [once, twentyOne, endless] = [0, 20, null].map((maxRetriesPerRequest) =>
      detectLayers(new Redis({ lazyConnect: true, maxRetriesPerRequest })),
    )
    expect(await once).toEqual([])
    expect(await twentyOne).toMatchObject([{ library: 'ioredis', attempts: 21 }])
    expect(await endless).toMatchObject([{ attempts: Infinity }])
    expect(await detectLayers(new Redis({ lazyConnect: true }))).toEqual(await twentyOne)
  })
})
