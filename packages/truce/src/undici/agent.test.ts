import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { fetch as undiciFetch } from 'undici'
import { loopbackServer, nobodyListens, silence, status } from '../../test/loopback-server.js'
import { fullBacklog } from '../../test/runtimes/full-backlog.js'
import { createFetch, type FetchOptions } from '../http/index.js'
import { AttemptTimeoutError, dependency, explain, OptionError } from '../index.js'
import { agent, type AgentOptions } from './agent.js'

/** Far beyond what a test may take: an attempt that waits for it fails by vitest's own timeout. */
const NEVER = '10m'

const fetches = [
  ["Node's fetch", undefined],
  ["undici's fetch", undiciFetch as unknown as typeof fetch],
] as const

function made(options: AgentOptions) {
  const dispatcher = agent(options)
  onTestFinished(() => dispatcher.destroy())
  return dispatcher
}

function guarded(connectTimeout: AgentOptions['connectTimeout'], options: Partial<FetchOptions>): typeof fetch {
  const dispatcher = made({ connectTimeout })
  const patient = { attemptTimeout: NEVER, deadline: NEVER, backoff: { initial: 1, max: 2 } } as const
  return createFetch({ dependency: dependency('inventory'), dispatcher, ...patient, ...options })
}

const caught = (promise: Promise<unknown>) => promise.then(() => undefined, (error: unknown) => error) // prettier-ignore

describe.each(fetches)('%s', (_, fetch) => {
  const own = fetch && { fetch }

  test('a connection that hangs ends after the connect timeout, and a write without a key is repeated', async () => {
    const url = await fullBacklog()
    const error = await caught(guarded(50, { ...own, attempts: 3 })(url, { method: 'POST', body: 'a line' }))
    expect(explain(error)).toMatchObject({
      stop: 'attempts',
      class: 'unavailable',
      certainty: 'not-applied',
      attempts: 3,
    })
    expect((error as Error).cause).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' })
  })

  test('a slow answer is not cut by it', async () => {
    const server = await loopbackServer((response, request, socket) =>
      setTimeout(() => status(200, 'stock: 7')(response, request, socket), 150),
    )
    const response = await guarded(50, { ...own })(server.url)
    expect([await response.text(), server.came.length]).toEqual(['stock: 7', 1])
  })

  test('an answer that hangs ends by the attempt timeout, and the write stands', async () => {
    const server = await loopbackServer(silence)
    const send = guarded(NEVER, { ...own, attemptTimeout: 50 })
    const error = await caught(send(server.url, { method: 'POST', body: 'a line' }))
    expect(error).toBeInstanceOf(AttemptTimeoutError)
    expect(explain(error)).toMatchObject({ stop: 'unsafe', class: 'timeout', certainty: 'unknown', attempts: 1 })
  })

  test('a refused connection is told at once', async () => {
    const error = await caught(guarded(NEVER, { ...own, attempts: 2 })(await nobodyListens()))
    expect(explain(error)).toMatchObject({ class: 'unavailable', certainty: 'not-applied', attempts: 2 })
  })
})

test('every attempt goes through the dispatcher; one in init goes before it', async () => {
  const server = await loopbackServer(status(503), status(200))
  const [ofOptions, ofInit] = [made({ connectTimeout: '5s' }), made({ connectTimeout: '5s' })]
  const spies = [ofOptions, ofInit].map((dispatcher) => vi.spyOn(dispatcher, 'dispatch'))
  const send = createFetch({ dependency: dependency('inventory'), dispatcher: ofOptions, backoff: { initial: 1 } })
  await send(server.url)
  expect(spies.map((spy) => spy.mock.calls.length)).toEqual([2, 0])
  await send(server.url, { dispatcher: ofInit } as RequestInit)
  expect(spies.map((spy) => spy.mock.calls.length)).toEqual([2, 1])
})

test("undici's own options hold", async () => {
  const server = await loopbackServer(status(200))
  const send = createFetch({
    dependency: dependency('inventory'),
    dispatcher: made({ connectTimeout: '5s', connections: 1 }),
  })
  await Promise.all(Array.from({ length: 5 }, async () => (await send(server.url)).text()))
  expect(server.connections).toBe(1)
})

test('so do those that undici leaves to the connector', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'truce-agent-'))
  const server = createServer((_, response) => response.end('by the socket'))
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const socketPath = join(folder, 'socket')
  await once(server.listen(socketPath), 'listening')
  const dispatcher = made({ connectTimeout: '5s', socketPath })
  const response = await createFetch({ dependency: dependency('inventory'), dispatcher })('http://inventory/')
  expect(await response.text()).toBe('by the socket')
})

describe('options', () => {
  test.each<[string, unknown]>([
    ['none', undefined],
    ['no connect timeout', {}],
    ['0, which undici takes for none', { connectTimeout: 0 }],
    ['endless', { connectTimeout: Number.POSITIVE_INFINITY }],
    ['words', { connectTimeout: 'soon' }],
  ])('%s is refused', (_, options) => {
    expect(() => agent(options as AgentOptions)).toThrow(OptionError)
  })

  test('createFetch says where a connect timeout belongs', () => {
    const options = { dependency: dependency('inventory'), connectTimeout: '200ms' }
    expect(() => createFetch(options)).toThrow(/connectTimeout.*agent\(\{ connectTimeout \}\) of truce\/undici/)
  })

  test.each([{}, null, 'agent'])('createFetch refuses %j for a dispatcher', (dispatcher) => {
    const options = { dependency: dependency('inventory'), dispatcher } as unknown as FetchOptions
    expect(() => createFetch(options)).toThrow(/dispatcher/)
  })
})
