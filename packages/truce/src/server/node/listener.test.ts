import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OverloadedError } from 'truce'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { ask } from '../../../test/server/ask.js'
import { scriptedKeys } from '../../../test/server/scripted-keys.js'
import { peer } from '../../peer/index.js'
import { service } from '../service.js'
import { listener, type NodeHandler } from './listener.js'

/** A server of one handler, and what the listener returned, threw or rejected with. */
async function scene(handler: NodeHandler) {
  const keys = scriptedKeys()
  const operation = service(`listener-${Math.random()}`, { peer, peers: 'all', idempotency: keys }).operation(
    'reserve',
    {
      effect: 'write',
      idempotency: 'keys',
    },
  )
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
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came, keys, counters: operation.counters }
}

const BUSY = new OverloadedError({ dependency: 'stock', operation: 'take', stop: 'concurrency', retryIn: 900 })
const BUG = new Error('a bug')
const gone = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
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

  test.each<[string, NodeHandler]>([
    ['returns', async (_request, _response, context) => void (await gone(context.signal))],
    ['rejects', async (_request, _response, context) => gone(context.signal).then(() => Promise.reject(BUG))],
  ])('is over with a handler that %s without an answer once its caller has left', async (_, handler) => {
    const { url, counters } = await scene(handler)
    const leaving = new AbortController()
    const asked = fetch(url, { method: 'POST', signal: leaving.signal })
    await expect.poll(() => counters.inFlight).toBe(1)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await expect.poll(() => [counters.inFlight, counters.abandonedMs > 0]).toEqual([0, true])
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
