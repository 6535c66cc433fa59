/** How the end of a request is heard of on node:http, and what its peers are told; by the listener. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { dependency } from 'truce'
import { expect, onTestFinished, test } from 'vitest'
import { ask, send } from '../../../test/server/ask.js'
import { gate } from '../../../test/server/key-laws.js'
import { admission } from '../admission/admission.js'
import { peer } from '../../peer/index.js'
import { events } from '../../telemetry/events.js'
import type { AttemptRecord } from '../../telemetry/record.js'
import type { RequestContext } from '../request-context.js'
import { service } from '../service.js'
import type { ServiceOptions } from '../settings.js'
import { listener, type NodeHandler } from './listener.js'

async function scene(handler: NodeHandler, options: ServiceOptions = { peers: 'all' }) {
  const name = `follow-${Math.random()}`
  const operation = service(name, { peer, ...options }).operation('reserve', { effect: 'read' })
  const records: AttemptRecord[] = []
  const off = events.on('attempt', (record) => record.service === name && records.push(record))
  const server = createServer(listener(operation, handler))
  onTestFinished(() => {
    off()
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, records, counters: operation.counters }
}

async function* drip(): AsyncGenerator<string> {
  for (;;) {
    yield 'drop'
    await setTimeout(5)
  }
}

/** A call below whose retries are spent. */
const spend = (context: RequestContext): Promise<unknown> =>
  dependency('stock', { budget: 'none' })
    .operation('read', { effect: 'read', attempts: 2, backoff: 'none' })
    .run(() => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })), { context })
    .catch(() => undefined)

test('an answer that was sent ends the request, once, with its status', async () => {
  const { url, records, counters } = await scene((_request, response) => response.writeHead(404).end())
  await ask(url)
  await expect.poll(() => counters.inFlight).toBe(0)
  expect(records).toHaveLength(1)
  expect(records[0]).toMatchObject({ side: 'server', outcome: 'not-found' })
})

test('a caller that leaves is counted out at once; what its handler works on after it is abandoned', async () => {
  const [began, goOn] = [gate(), gate()]
  let aborted = false
  const { url, records, counters } = await scene(async (_request, response, { signal }) => {
    began.open()
    await goOn.passed
    aborted = signal.aborted
    response.statusCode = 201
    response.end('nobody reads this')
  })
  const going = send(url)
  await began.passed
  going.destroy()
  await expect.poll(() => counters.inFlight).toBe(0)
  expect(records).toHaveLength(0)
  goOn.open()
  await expect.poll(() => records.length).toBe(1)
  expect([aborted, counters.abandonedMs > 0, counters.inFlight]).toEqual([true, true, 0])
})

test('a caller that leaves in the middle of a whole answer ends the request, once', async () => {
  const { url, records, counters } = await scene((_request, response) => response.end('x'.repeat(5_000_000)))
  const going = send(url)
  await once(going, 'response')
  going.destroy()
  await expect.poll(() => [counters.inFlight, records.length]).toEqual([0, 1])
})

test('a caller that leaves in the middle of what is piped ends the request, once: no `end()` comes', async () => {
  const door = admission({ limit: 1 })
  const { url, records, counters } = await scene(
    (_request, response) => void Readable.from(drip()).pipe(response.writeHead(200)),
    { admission: door },
  )
  const going = send(url)
  await once(going, 'response')
  going.destroy()
  await expect.poll(() => [door.inFlight, counters.inFlight, records.length]).toEqual([0, 0, 1])
})

test('a caller that left before its request came to the operation takes no place for good', async () => {
  const door = admission({ limit: 1 })
  const operation = service(`follow-${Math.random()}`, { admission: door }).operation('reserve', { effect: 'read' })
  const answering = listener(operation, (_request, response) => response.end())
  const [came, answered] = [gate(), gate()]
  const server = createServer((request, response) => {
    // Middleware that waits, for a session say.
    response.once('close', () => setImmediate(() => (answering(request, response), answered.open())))
    came.open()
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const going = send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await came.passed
  going.destroy()
  await answered.passed
  expect([door.inFlight, operation.counters.inFlight]).toEqual([0, 0])
})

test('a caller that does not read its answer keeps no place', async () => {
  const door = admission({ limit: 1 })
  const { url, counters } = await scene((_request, response) => response.end('x'.repeat(50_000_000)), {
    admission: door,
  })
  const lazy = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void lazy.destroy())
  lazy.pause()
  lazy.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
  await expect.poll(() => counters.requests).toBe(1)
  await expect.poll(() => [door.inFlight, counters.inFlight]).toEqual([0, 0])
})

test.each<[string, ServiceOptions, number, string | undefined]>([
  ['a failing answer says so', { peers: 'all' }, 503, 'reason=exhausted'],
  ['a good one does not', { peers: 'all' }, 200, undefined],
  ['a final one does not', { peers: 'all' }, 404, undefined],
  ['a stranger is not told', { peers: () => undefined }, 503, undefined],
])('retries were spent below: %s', async (_, options, status, field) => {
  for (const explicit of [true, false]) {
    const { url } = await scene(async (_request, response, context) => {
      await spend(context)
      if (explicit) response.writeHead(status, { 'x-own': '1' })
      else response.statusCode = status
      response.end('over')
    }, options)
    const answer = await ask(url)
    expect([answer.status, answer.headers['retry-pushback'], answer.body]).toEqual([status, field, 'over'])
    expect(answer.headers['x-own']).toBe(explicit ? '1' : undefined)
  }
})
