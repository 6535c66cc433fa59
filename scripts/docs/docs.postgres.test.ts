import { expect, test } from 'vitest'
import { startPostgres } from '../servers/postgres.mjs'
import { blocksOn } from './with-server.js'

const { blocks, faultsOf } = blocksOn('postgres', startPostgres)

test('there are blocks of the docs that need it', () => {
  expect(blocks.length).toBeGreaterThan(0)
})

test.each(blocks)('%s runs', { timeout: 60_000 }, async (_, module) => expect(await faultsOf(module)).toEqual([]))
