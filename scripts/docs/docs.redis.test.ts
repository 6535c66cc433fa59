import { expect, test } from 'vitest'
import { startRedis } from '../servers/redis.mjs'
import { blocksOn } from './with-server.js'

const { blocks, faultsOf } = blocksOn('redis', startRedis)

test('there are blocks of the docs that need it', () => {
  expect(blocks.length).toBeGreaterThan(0)
})

test.each(blocks)('%s runs', { timeout: 60_000 }, async (_, module) => expect(await faultsOf(module)).toEqual([]))
