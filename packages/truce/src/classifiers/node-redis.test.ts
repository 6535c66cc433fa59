import { createClient, type RedisClientOptions } from 'redis'
import { describe, expect, test } from 'vitest'
import { closedPort } from '../../test/misbehaving/listen.js'
import { fakeRedis, type Reply } from '../../test/misbehaving/redis.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { detectLayers } from './detect-layers.js'
import { nodeRedis } from './node-redis.js'

interface Options extends RedisClientOptions {
  readonly strategy?: false | ((retries: number) => number | Error)
  readonly socketTimeout?: number
}

const clientAt = (port: number, { strategy = false, socketTimeout, ...options }: Options = {}) => {
  const socket = { host: '127.0.0.1', port, reconnectStrategy: strategy, ...(socketTimeout && { socketTimeout }) }
  return createClient({ ...options, socket }).on('error', () => {})
}

const setAt = (port: number, options?: Options) => async (): Promise<unknown> => {
  const client = clientAt(port, options)
  try {
    await client.connect()
    return await client.set('k', 'v')
  } finally {
    if (client.isOpen) client.destroy()
  }
}
const set = async (reply: Reply, options?: Options) =>
  verdictOn(nodeRedis, setAt(await fakeRedis(() => reply), options))

describe('error replies', () => {
  test.each<[Reply, string]>([
    ['-LOADING Redis is loading the dataset in memory', 'unavailable not-applied'],
    ["-READONLY You can't write against a read only replica.", 'unavailable not-applied'],
    ['-BUSY Redis is busy running a script.', 'overloaded not-applied'],
    ["-OOM command not allowed when used memory > 'maxmemory'.", 'overloaded not-applied'],
    ['-TRYAGAIN Multiple keys request during rehashing of slot', 'conflict not-applied'],
    ['-NOAUTH Authentication required.', 'unauthorized not-applied'],
    ['-WRONGTYPE Operation against a key holding the wrong kind of value', 'rejected not-applied'],
    ['-ERR wrong number of arguments', 'invalid not-applied'],
    ['-HOUSE of another kind', 'internal unknown silent'],
  ])('%s', async (reply, expected) => expect(await set(reply)).toBe(expected))

  test('a watched key that changed', async () => {
    const port = await fakeRedis(([name]) => (name === 'EXEC' ? '_' : '+QUEUED'))
    const client = clientAt(port)
    await client.connect()
    await client.watch('k')
    expect(await verdictOn(nodeRedis, () => client.multi().set('k', 'v').exec())).toBe('conflict not-applied silent')
    client.destroy()
  })
})

describe('no answer', () => {
  test('refused', async () =>
    expect(await verdictOn(nodeRedis, setAt(await closedPort()))).toBe('unavailable not-applied silent'))
  test('refused until the strategy gave up', async () => {
    const strategy = (retries: number) => (retries > 1 ? new Error('enough') : 1)
    expect(await verdictOn(nodeRedis, setAt(await closedPort(), { strategy }))).toBe('unavailable unknown silent')
  })
  test('reset', async () => expect(await set('reset')).toBe('unavailable unknown silent'))
  test('closed', async () => expect(await set('close')).toBe('unavailable unknown silent'))
  test('never answered', async () => expect(await set('silence', { socketTimeout: 30 })).toBe('timeout unknown silent'))

  test('destroyed with a command under way', async () => {
    let asked = (): void => {}
    const arrived = new Promise<void>((resolve) => (asked = resolve))
    const port = await fakeRedis(() => {
      asked()
      return 'silence'
    })
    const client = clientAt(port)
    await client.connect()
    const verdict = verdictOn(nodeRedis, () => client.set('k', 'v'))
    await arrived
    client.destroy()
    expect(await verdict).toBe('unavailable unknown silent')
    expect(await verdictOn(nodeRedis, () => client.set('k', 'v'))).toBe('rejected not-applied silent')
  })

  test('offline: no queue, or waited too long in it', async () => {
    for (const [options, expected] of [
      [{ disableOfflineQueue: true }, 'unavailable not-applied silent'],
      [{ commandOptions: { timeout: 20 } }, 'timeout not-applied silent'],
    ] as const) {
      const client = clientAt(await closedPort(), { ...options, strategy: () => 60_000 })
      void client.connect().catch(() => {})
      expect(await verdictOn(nodeRedis, () => client.set('k', 'v'))).toBe(expected)
      client.destroy()
    }
  })

  test('aborted by its signal', async () => {
    const client = clientAt(await fakeRedis(() => 'silence'))
    await client.connect()
    expect(await verdictOn(nodeRedis, () => client.withAbortSignal(AbortSignal.abort()).get('k'))).toBe(
      'aborted unknown silent',
    )
    client.destroy()
  })
})

test('it is no second layer', async () => expect(await detectLayers(createClient())).toEqual([]))
