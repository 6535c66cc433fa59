import { once } from 'node:events'
import { createServer, IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Socket } from 'node:net'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { ask } from '../../../test/server/ask.js'
import { OptionError } from '../../guard/errors.js'
import { BodyTooLargeError } from '../errors.js'
import { NodeIncoming } from './incoming.js'

/** A message of which the head is there. */
function message(headers: Record<string, string | string[]> = {}, url = '/orders?a=1'): IncomingMessage {
  const made = new IncomingMessage(new Socket())
  return Object.assign(made, { method: 'POST', url, headers })
}

const LONG = { 'content-length': '9' }

describe('a request of node:http', () => {
  it('shows method, path and fields', () => {
    const incoming = new NodeIncoming({}, message({ 'x-list': ['a', 'b'], 'x-one': 'c' }))
    expect([incoming.method, incoming.url]).toEqual(['POST', '/orders?a=1'])
    expect(['x-list', 'x-one', 'x-none'].map((name) => incoming.header(name))).toEqual(['a, b', 'c', undefined])
  })

  it('has the path that was asked for, where a router has cut its own off', () => {
    expect(new NodeIncoming({ originalUrl: '/shop/orders' }, message({}, '/orders')).url).toBe('/shop/orders')
  })

  test.each([
    ['http://shop.example/orders?a=1', '/orders?a=1'],
    ['HTTPS://shop.example:8080', '/'],
    ['http://shop.example?a=1', '/?a=1'],
    ['/orders?to=http://shop.example', '/orders?to=http://shop.example'],
  ])('asked for as %s, by a proxy, is %s', (url, path) => {
    expect(new NodeIncoming({}, message({}, url)).url).toBe(path)
  })

  test.each([{}, { 'content-length': '0' }])('has no body, whatever a parser left: %o', (headers) => {
    expect(new NodeIncoming({ body: {} }, message(headers)).payload(1)).toBeNull()
  })

  it('is what its parser made of it; the bytes go before', () => {
    expect(new NodeIncoming({ body: { sku: 'tea' } }, message(LONG)).payload(100)).toEqual({ sku: 'tea' })
    const rawBody = Buffer.from('{"sku":1}')
    expect(new NodeIncoming({ body: { sku: 1 }, rawBody }, message(LONG)).payload(100)).toBe(rawBody)
  })

  test.each<[string, unknown, Record<string, string>]>([
    ['text, by its bytes', 'üü', { 'transfer-encoding': 'chunked' }],
    ['bytes', Buffer.alloc(4), { 'transfer-encoding': 'chunked' }],
    ['an object, by what was announced', { a: 1 }, { 'content-length': '4' }],
  ])('is too long, though parsed: %s', (_, body, headers) => {
    const incoming = new NodeIncoming({ body }, message(headers))
    expect(() => incoming.payload(3)).toThrow(BodyTooLargeError)
    expect(incoming.payload(4)).toBe(body)
  })
})

/** The payload of one request, behind whatever ran before. */
async function served(
  before: (request: IncomingMessage & { body?: unknown }) => unknown,
  body: string,
): Promise<unknown> {
  let payload: unknown
  const server = createServer((request, response) => {
    const go = async (): Promise<void> => {
      await before(request)
      payload = await new NodeIncoming(request, request).payload(100)
    }
    go()
      .catch((error: unknown) => (payload = error))
      .finally(() => response.end())
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method: 'POST', body })
  return payload
}

async function swallow(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}

describe('a body on its way', () => {
  it('is read', async () => expect(String(await served(() => {}, 'tea'))).toBe('tea'))

  it('is read, where a parser left {} and did not look at it', async () => {
    expect(String(await served((request) => (request.body = {}), 'tea'))).toBe('tea')
  })

  it('is {}, where a parser did look', async () => {
    const parse = async (request: IncomingMessage & { body?: unknown }): Promise<void> => {
      await swallow(request)
      request.body = {}
    }
    expect(await served(parse, '{ }')).toEqual({})
  })

  it('that somebody has read and not kept is a mistake of the service, which is told', async () => {
    expect(await served(swallow, 'tea')).toBeInstanceOf(OptionError)
  })
})
