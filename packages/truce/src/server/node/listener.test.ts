import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OverloadedError } from 'truce'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { ask } from '../../../test/server/ask.js'
import { scriptedKeys } from '../../../test/server/scripted-keys.js'
import { peer } from '../../peer/index.js'
import { events } from '../../telemetry/events.js'
import type { AttemptRecord } from '../../telemetry/record.js'
import { admission, type ServiceAdmission } from '../admission/admission.js'
import type { RequestContext } from '../request-context.js'
import { service } from '../service.js'
import { listener, type NodeHandler } from './listener.js'

/** A server of one handler, and what the listener returned, threw or rejected with. */
async function scene(handler: NodeHandler, options: { readonly admission?: ServiceAdmission } = {}) {
  const keys = scriptedKeys()
  const name = `listener-${Math.random()}`
  const operation = service(name, { peer, peers: 'all', idempotency: keys, ...options }).operation('reserve', {
    effect: 'write',
    idempotency: 'keys',
  })
  const records: AttemptRecord[] = []
  onTestFinished(events.on('attempt', (record) => record.service === name && records.push(record)))
  const answering = listener(operation, handler)
  const came: unknown[] = []
  const server = createServer((request, response) => {
    const failed = (error: unknown): void => {
      came.push(error)
      if (!response.headersSent) response.writeHead(500)
      response.end('ours')
    }
    try {
      const going = answering(request, response)
      if (going instanceof Promise) going.then((value) => came.push(value), failed)
      else came.push(going)
    } catch (error) {
      failed(error)
    }
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, came, keys, records, counters: operation.counters }
}

const BUSY = new OverloadedError({ dependency: 'stock', operation: 'take', stop: 'concurrency', retryIn: 900 })
const BUG = new Error('a bug')
const KEYED = { method: 'POST', headers: { 'Idempotency-Key': 'k' } }

describe('a listener', () => {
  it('gives the handler its context, and returns what that returns', async () => {
    const { url, came } = await scene((_request, response, context) => response.end(context.call) && 'done')
    const answer = await ask(url, { headers: { 'Retry-Context': 'call="c1", attempt=1' } })
    expect([answer.body, came]).toEqual(['c1', ['done']])
  })

  it('runs nothing for whoever has left', async () => {
    const { url, came, counters } = await scene(() => {
      throw BUG
    })
    expect((await ask(url, { headers: { 'Retry-Context': 'deadline=0' } })).status).toBe(504)
    expect([came, counters.refused.deadline, counters.inFlight]).toEqual([[undefined], 1, 0])
  })

  test.each<[string, NodeHandler]>([
    [
      'throws',
      () => {
        throw BUSY
      },
    ],
    ['rejects with', () => Promise.reject(BUSY)],
  ])('makes a problem of what its handler %s, where Truce knows it', async (_, handler) => {
    const { url } = await scene(handler)
    const answer = await ask(url)
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:truce:problem:overloaded' })
  })

  test.each<[string, NodeHandler]>([
    [
      'throws',
      () => {
        throw BUG
      },
    ],
    ['rejects', () => Promise.reject(BUG)],
  ])('%s as its handler does, where Truce does not', async (_, handler) => {
    const { url, came } = await scene(handler)
    expect(await ask(url)).toMatchObject({ status: 500, body: 'ours' })
    expect(came).toEqual([BUG])
  })

  it('leaves alone what the handler has begun to answer', async () => {
    const { url, came } = await scene((_request, response) => {
      response.write('half')
      throw BUSY
    })
    expect(await ask(url)).toMatchObject({ status: 200, body: 'halfours' })
    expect(came).toEqual([BUSY])
  })

  const untilGone = ({ signal }: RequestContext) => once(signal, 'abort')
  test.each<[string, NodeHandler, string]>([
    [
      'returns, once its caller has left',
      async (_request, _response, context) => void (await untilGone(context)),
      'ok',
    ],
    ['has returned before its caller leaves', async () => {}, 'ok'],
    ['rejects', async (_request, _response, context) => untilGone(context).then(() => Promise.reject(BUG)), 'internal'],
    [
      'rejects with what Truce knows',
      async (_request, _response, context) => untilGone(context).then(() => Promise.reject(BUSY)),
      'unavailable',
    ],
  ])('is over with a handler that %s, without an answer', async (_, handler, outcome) => {
    const door = admission()
    const { url, counters, records } = await scene(handler, { admission: door })
    const leaving = new AbortController()
    const asked = fetch(url, { method: 'POST', signal: leaving.signal })
    await expect.poll(() => counters.inFlight).toBe(1)
    leaving.abort()
    await expect(asked).rejects.toThrow('aborted')
    await expect.poll(() => [door.inFlight, counters.inFlight, counters.abandonedMs > 0]).toEqual([0, 0, true])
    expect(records.map((record) => record.outcome)).toEqual([outcome])
  })

  it('is not over with a handler that goes on by callbacks, though it had to wait for its place', async () => {
    const door = admission({ limit: 1 })
    const answers: (() => void)[] = []
    const handler: NodeHandler = (_request, response) => void answers.push(() => response.end())
    const { url, records } = await scene(handler, { admission: door })
    const first = ask(url)
    await expect.poll(() => answers.length).toBe(1)
    const leaving = new AbortController()
    const second = fetch(url, { signal: leaving.signal })
    await expect.poll(() => door.waiting).toBe(1)
    answers[0]?.()
    await first
    await expect.poll(() => answers.length).toBe(2)
    leaving.abort()
    await expect(second).rejects.toThrow('aborted')
    expect([door.inFlight, records.length]).toEqual([1, 1])
    answers[1]?.()
    await expect.poll(() => [door.inFlight, records.length]).toEqual([0, 2])
  })

  it('under a key: the key hears of an answer and of an error, and a repeat runs nothing', async () => {
    let ran = 0
    const { url, keys, counters } = await scene((request, response) => {
      ran++
      if (request.method === 'PUT') throw BUG
      response.setHeader('set-cookie', 'a=1')
      response.end('made')
    })
    expect(await ask(url, KEYED)).toMatchObject({ body: 'made', headers: { 'set-cookie': ['a=1'] } })
    const repeat = await ask(url, KEYED)
    expect(repeat).toMatchObject({ body: 'made', headers: { 'idempotent-replayed': 'true' } })
    expect(repeat.headers).not.toHaveProperty('set-cookie')
    expect((await ask(url, { method: 'PUT', headers: { 'Idempotency-Key': 'p' } })).status).toBe(500)
    expect(keys.log).toEqual(['begin k', 'end k 200 4', 'begin k', 'begin p', 'threw p a bug'])
    await expect.poll(() => [ran, counters.inFlight]).toEqual([2, 0])
  })
})
