/**
 * Misbehaving server: does by the path of a request what the scenarios need.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Addresses } from './scenarios.js'

export interface MisbehavingServer extends Addresses {
  /** Requests so far, by method and path, such as `GET /down/abort`. */
  readonly came: ReadonlyMap<string, number>
  close(): void
}

/** @param pages further paths, each with what it answers */
export async function misbehavingServer(
  pages: Readonly<Record<string, RequestListener>> = {},
): Promise<MisbehavingServer> {
  const came = new Map<string, number>()
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request
    const time = (came.get(`${method} ${url}`) ?? 0) + 1
    came.set(`${method} ${url}`, time)
    request.resume()
    const [, kind = '', argument = ''] = url.split('/')
    if (pages[url]) pages[url](request, response)
    else if (kind === 'silence') return
    else if (kind === 'down' || (kind === 'flaky' && time === 1)) response.writeHead(503).end()
    else if (kind === 'retry-after' && time === 1) response.writeHead(503, { 'Retry-After': argument }).end()
    else if (kind === 'slow') setTimeout(() => response.end(argument), 100)
    else if (kind === 'half') response.writeHead(200).write('half')
    else response.end(`attempt ${time}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    server: `http://127.0.0.1:${port}`,
    nobody: await nobody(),
    came,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** It was free a moment ago. */
async function nobody(): Promise<string> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
