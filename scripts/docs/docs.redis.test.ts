import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis } from '../servers/redis.mjs'
import { buildTruce, faultsOf, modules } from './holds.js'
import { compile, serverOf, SERVERS } from './modules.js'

/** The blocks of the docs that need Redis hold as well. */
const its = modules.filter((module) => serverOf(module) === 'redis')
buildTruce()
const messages = compile(its)
let server: Awaited<ReturnType<typeof startRedis>>

beforeAll(async () => {
  server = await startRedis()
}, 60_000)

afterAll(() => server?.stop())

test('there are some', () => {
  expect(its.length).toBeGreaterThan(0)
})

test.each(its.map((module) => [`${module.page}:${module.line}`, module] as const))(
  '%s runs',
  { timeout: 60_000 },
  async (_, module) => expect(await faultsOf(module, messages, { [SERVERS.redis]: server.url })).toEqual([]),
)
