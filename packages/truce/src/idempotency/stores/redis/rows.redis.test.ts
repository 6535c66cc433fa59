import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../../../../../../scripts/servers/redis.mjs'
import { type Item, rowsConformance } from '../../../../test/idempotency/rows-conformance.js'
import { rows } from './rows.js'

let server: Awaited<ReturnType<typeof startRedis>>
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server?.stop())

const AT = { prefix: 'items:' }

rowsConformance('redis by ioredis and by node-redis', async () => {
  const ioredis = new Redis(server.url)
  const nodeRedis = await createClient({ url: server.url }).connect()
  return {
    rows: rows<Item>(ioredis, AT),
    others: rows<Item>(nodeRedis, AT),
    close: () => {
      ioredis.disconnect()
      nodeRedis.destroy()
    },
  }
})

function client(): Redis {
  const opened = new Redis(server.url)
  onTestFinished(() => opened.disconnect())
  return opened
}

interface Odd {
  readonly [name: string]: unknown
}

describe('values', () => {
  test('are exact, whatever scripts make of JSON', async () => {
    const odd = rows<Odd>(client(), AT)
    const id = randomUUID()
    const row = {
      empty: [],
      none: {},
      long: 1_720_000_000_000_123,
      small: 1e-9,
      half: 0.1,
      deep: { a: [null, [], {}] },
    }
    await odd.insertIfAbsent(id, row)
    await odd.updateIfVersion(id, 1, { long: Number.MAX_SAFE_INTEGER, ['__proto__']: 1, '': 'no name', flag: false })
    const after = { ...row, long: Number.MAX_SAFE_INTEGER, ['__proto__']: 1, '': 'no name', flag: false }
    expect(await odd.read(id)).toEqual({ row: after, version: 2 })
  })

  test('a row without members is one', async () => {
    const odd = rows<Odd>(client(), AT)
    const id = randomUUID()
    expect(await odd.insertIfAbsent(id, {})).toEqual({ inserted: true, row: {}, version: 1 })
    expect(await odd.insertIfAbsent(id, { a: 1 })).toEqual({ inserted: false, row: {}, version: 1 })
  })

  test('a row of 5,000 members', async () => {
    const odd = rows<Odd>(client(), AT)
    const id = randomUUID()
    const row = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`member${n}`, n]))
    await odd.insertIfAbsent(id, row)
    expect((await odd.read(id))?.row).toEqual(row)
  })

  test.each([
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a BigInt', 1n],
    ['NaN', Number.NaN],
    ['a function', () => 1],
    ['nothing within', { a: undefined }],
  ])('what JSON would change is refused: %s', async (_, value) => {
    const odd = rows<Odd>(client(), AT)
    const id = randomUUID()
    await expect(odd.insertIfAbsent(id, { value })).rejects.toThrow(/option row.value is .*plain JSON/)
    expect(await odd.read(id)).toBeUndefined()
  })

  test('a member that is named as the version is refused, and another name may be given to that', async () => {
    const id = randomUUID()
    const redis = client()
    await expect(rows<Odd>(redis, AT).insertIfAbsent(id, { version: 7 })).rejects.toThrow('option row.version is')
    const named = rows<Odd>(redis, { ...AT, version: '#' })
    await named.insertIfAbsent(id, { version: 7 })
    expect(await named.read(id)).toEqual({ row: { version: 7 }, version: 1 })
    expect(await redis.hget(`items:${id}`, 'version')).toBe('7')
  })
})

describe('a script that is run twice, as ioredis does after a connection broke', () => {
  /** Each command is sent two times; the second answer counts. */
  function resending(): Redis {
    const sends = client()
    const evalsha = sends.evalsha.bind(sends) as (...args: unknown[]) => Promise<unknown>
    const twice = async (...args: unknown[]) => {
      await evalsha(...args).catch(() => undefined)
      return evalsha(...args)
    }
    return Object.assign(sends, { evalsha: twice })
  }

  test('finds that it was its own insert', async () => {
    const [stock, twice] = [rows<Odd>(client(), AT), rows<Odd>(resending(), AT)]
    const id = randomUUID()
    await stock.read(id)
    expect(await twice.insertIfAbsent(id, { n: 1 })).toEqual({ inserted: true, row: { n: 1 }, version: 1 })
    expect(await twice.insertIfAbsent(id, { n: 2 })).toEqual({ inserted: false, row: { n: 1 }, version: 1 })
  })

  test('finds that it was its own change, and changes nothing again', async () => {
    const [stock, twice] = [rows<Odd>(client(), AT), rows<Odd>(resending(), AT)]
    const id = randomUUID()
    await stock.insertIfAbsent(id, { n: 1 })
    expect(await twice.updateIfVersion(id, 1, { n: 2 })).toEqual({ is: 'updated', row: { n: 2 }, version: 2 })
    expect(await twice.updateIfVersion(id, 1, { n: 3 })).toEqual({ is: 'stale', row: { n: 2 }, version: 2 })
  })
})

test('one command each, whose scripts a restarted Redis is told again', async () => {
  const redis = client()
  const stock = rows<Odd>(redis, AT)
  const id = randomUUID()
  const calls = async () => {
    const stats = await redis.info('commandstats')
    return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0)
  }
  await stock.insertIfAbsent(id, { n: 1 })
  await stock.updateIfVersion(id, 1, { n: 2 })
  await stock.read(id)
  await redis.config('RESETSTAT')
  await stock.insertIfAbsent(id, { n: 1 })
  await stock.updateIfVersion(id, 2, { n: 3 })
  await stock.updateIfVersion(id, 2, { n: 4 })
  await stock.read(id)
  expect(await calls()).toBe(4)
  await redis.script('FLUSH')
  expect(await stock.updateIfVersion(id, 3, { n: 5 })).toMatchObject({ is: 'updated', version: 4 })
})

test('a key that is something else is told, and left alone', async () => {
  const redis = client()
  const stock = rows<Odd>(redis, AT)
  const [text, hash] = [randomUUID(), randomUUID()]
  await redis.set(`items:${text}`, 'other')
  await redis.hset(`items:${hash}`, { count: '5' })
  await expect(stock.insertIfAbsent(text, { n: 1 })).rejects.toThrow('WRONGTYPE')
  await expect(stock.insertIfAbsent(hash, { n: 1 })).rejects.toThrow(`Redis key items:${hash} has no version`)
  await expect(stock.updateIfVersion(hash, 1, { n: 1 })).rejects.toThrow('used by something else')
  expect(await redis.hgetall(`items:${hash}`)).toEqual({ count: '5' })
})

test.each([
  ['rows().prefix', {}],
  ['rows().prefix', { prefix: '' }],
  ['rows().version', { prefix: 'a:', version: '' }],
  ['rows().ttl', { prefix: 'a:', ttl: 1 }],
])('%s is refused: %j', (option, options) => {
  expect(() => rows(client(), options as never)).toThrow(`option ${option} is`)
})
