/**
 * Node framework: `listener()` on a server of node:http.
 *
 * @module
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { listener } from 'truce/server/node'
import { textOf } from './ask.js'
import type { Answering, Framework } from './framework.js'

async function answer(response: ServerResponse, { status = 200, headers = {}, body }: Answering): Promise<void> {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body)
  else await pipeline(Readable.from(body), response)
}

export const node: Framework = {
  name: 'node',
  unknownError: 500,
  async start(operation, scene) {
    const answering = listener(operation, async (request, response, context) => {
      await answer(response, await scene(context, () => textOf(request)))
    })
    // A server of node:http has no answer to errors of its own; so whoever writes one does.
    const server = createServer((request, response) => {
      Promise.resolve(answering(request, response)).catch(() => {
        if (response.headersSent) response.destroy()
        else response.writeHead(500).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async close() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  },
}
