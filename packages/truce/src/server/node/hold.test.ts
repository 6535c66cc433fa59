import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { ask, send } from '../../../test/server/ask.js'
import { scriptedKeys } from '../../../test/server/scripted-keys.js'
import { service } from '../service.js'
import { listener } from './listener.js'

const KEYED = { method: 'POST', headers: { 'Idempotency-Key': 'k' } }

/** A server whose handler answers by Node's own methods, under a key. */
async function scene(answer: (response: ServerResponse, request: IncomingMessage) => unknown, largest?: number) {
  const keys = scriptedKeys(largest)
  const operation = service(`hold-${Math.random()}`, { idempotency: keys }).operation('reserve', {
    effect: 'write',
    idempotency: 'keys',
  })
  const server = createServer(listener(operation, (request, response) => answer(response, request)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys, counters: operation.counters }
}

describe('an answer under a key is held', () => {
  test.each<[string, (response: ServerResponse) => unknown]>([
    ['writeHead, end', (response) => response.writeHead(201, { 'x-a': ['1', '2'] }).end('body')],
    ['writeHead with a message', (response) => response.writeHead(201, 'Made', { 'X-A': ['1', '2'] }).end('body')],
    ['writeHead with pairs', (response) => response.writeHead(201, ['X-A', '1', 'X-A', '2']).end('body')],
    [
      'setHeader, write, end',
      (response) => {
        response.statusCode = 201
        response.setHeader('X-A', ['1', '2'])
        response.write('bo')
        response.write(Buffer.from('dy'), () => response.end())
      },
    ],
    [
      'flushHeaders first',
      (response) => {
        response.statusCode = 201
        response.appendHeader('x-a', '1').appendHeader('x-a', '2')
        response.flushHeaders()
        response.end('626f6479', 'hex')
      },
    ],
  ])('by %s', async (_, answer) => {
    const { url, keys } = await scene(answer)
    for (const headers of [{ 'x-a': '1, 2' }, { 'x-a': '1, 2', 'idempotent-replayed': 'true' }]) {
      expect(await ask(url, KEYED)).toMatchObject({ status: 201, body: 'body', headers })
    }
    expect(keys.log).toEqual(['begin k', 'end k 201 4', 'begin k'])
  })

  it('and handlers see what they would see without', async () => {
    const seen: unknown[] = []
    const { url, counters } = await scene((response) => {
      seen.push(response.headersSent, response.writableEnded)
      response.writeHead(200)
      seen.push(response.headersSent)
      for (const again of [() => response.writeHead(500), () => response.setHeader('a', 'b')]) {
        try {
          again()
        } catch (error) {
          seen.push((error as { code: string }).code)
        }
      }
      response.once('finish', () => seen.push('finish'))
      response.end('once', () => seen.push('told'))
      seen.push(response.writableEnded, response.write('more'))
      response.end('twice')
    })
    expect((await ask(url, KEYED)).body).toBe('once')
    expect(seen).toEqual([
      false,
      false,
      true,
      'ERR_HTTP_HEADERS_SENT',
      'ERR_HTTP_HEADERS_SENT',
      true,
      false,
      'finish',
      'told',
    ])
    expect(counters.inFlight).toBe(0)
  })

  it('with a status that is none it throws as Node does', async () => {
    const codes: unknown[] = []
    const { url } = await scene((response) => {
      for (const wrong of [() => response.writeHead(7), () => response.end(7 as never)]) {
        try {
          wrong()
        } catch (error) {
          codes.push((error as { code: string }).code)
        }
      }
      response.end()
    })
    await ask(url, KEYED)
    expect(codes).toEqual(['ERR_HTTP_INVALID_STATUS_CODE', 'ERR_INVALID_ARG_TYPE'])
  })

  it('what was set before the handler ran is sent with replays too', async () => {
    const keys = scriptedKeys()
    const operation = service('hold-cors', { idempotency: keys }).operation('reserve', {
      effect: 'write',
      idempotency: 'keys',
    })
    const answering = listener(operation, (_request, response) => response.setHeader('x-of', 'the first').end('ok'))
    const server = createServer((request, response) => {
      response.setHeader('access-control-allow-origin', '*')
      answering(request, response)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (let n = 0; n < 2; n++) {
      expect((await ask(url, KEYED)).headers).toMatchObject({ 'access-control-allow-origin': '*', 'x-of': 'the first' })
    }
  })

  it('a handler that breaks its answer off has failed', async () => {
    for (const largest of [100, 1]) {
      const { url, keys, counters } = await scene((response) => {
        response.write('part')
        response.destroy()
      }, largest)
      await expect(ask(url, KEYED)).rejects.toThrow(/hang up|aborted/)
      expect(keys.log[1]).toContain('threw k')
      expect(counters.inFlight).toBe(0)
    }
  })

  it('a long answer to a caller who has left is written to its end', async () => {
    const { url, keys } = await scene(async (response, request) => {
      response.write('x'.repeat(100))
      await once(request.socket, 'close')
      const rest = Array.from({ length: 50 }, () => Buffer.alloc(100_000))
      await pipeline(Readable.from(rest), response, { end: true }).catch(() => {})
    }, 10)
    const recorded = new Promise<void>((resolve) => {
      keys.beforeRecord = async () => resolve()
    })
    const going = send(url, KEYED)
    await once(going, 'response')
    going.destroy()
    await recorded
    await new Promise((resolve) => setImmediate(resolve))
    expect(keys.log.at(-1)).toBe('end k 200 none')
  })

  it('nothing is left on a connection that is used again', async () => {
    const counts = new Set<number>()
    const { url } = await scene((response, request) => {
      counts.add(request.socket.eventNames().reduce((sum, name) => sum + request.socket.listenerCount(name), 0))
      response.end('ok')
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = 0; n < 20; n++)
      await ask(url, { method: 'POST', agent, headers: n % 2 === 0 ? {} : { 'Idempotency-Key': `${n}` } })
    agent.destroy()
    expect(counts.size).toBe(1)
  })
})
