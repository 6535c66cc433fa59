/**
 * Over web: the shop behind `handle()`, on a server of `node:http`.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { handle } from 'truce/server'
import { onTestFinished } from 'vitest'
import type { Serve, ShopAnswer, ShopRoute } from './shop.js'

export const overWeb: Serve = async (routes) => {
  const handlers = new Map(routes.map((route) => [`${route.method} ${route.path}`, fetchOf(route)]))
  const url = await listening(async (request) => {
    const { pathname } = new URL(request.url)
    const found = handlers.get(`${request.method} ${pathname}`)
    return found ? found(request) : new Response(null, { status: 404 })
  })
  return () => url
}

function fetchOf({ operation, handler }: ShopRoute): (request: Request) => Promise<Response> {
  return handle(operation, async (request, context) =>
    responseOf(await handler({ context, text: await request.text() })),
  )
}

function responseOf({ status, headers = [], body }: ShopAnswer): Response {
  const fields = new Headers(headers.map(([name, value]): [string, string] => [name, value]))
  if (!Array.isArray(body)) return new Response((body as string | undefined) ?? null, { status, headers: fields })
  return new Response(Readable.toWeb(Readable.from(body)) as ReadableStream, { status, headers: fields })
}

/** A server for one web-standard function; what it throws is answered 500. */
async function listening(answer: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer((incoming, outgoing) => void bridge(incoming, outgoing, answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bridge(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const left = new AbortController()
  outgoing.on('close', () => left.abort())
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const { method = 'GET', url = '/' } = incoming
  const body = method === 'GET' ? undefined : (Readable.toWeb(incoming) as ReadableStream)
  const sent: RequestInit & { duplex?: 'half' } = {
    method,
    headers,
    signal: left.signal,
    ...(body && { body, duplex: 'half' as const }),
  }
  const request = new Request(`http://shop.example${url}`, sent)
  const response = await answer(request).catch(() => new Response('broken', { status: 500 }))
  outgoing.writeHead(response.status, [...response.headers].flat())
  if (response.body === null) outgoing.end()
  else await pipeline(Readable.fromWeb(response.body as NodeStream), outgoing).catch(() => outgoing.destroy())
}
