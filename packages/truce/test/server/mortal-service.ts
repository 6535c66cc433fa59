/**
 * Mortal service: a process of its own that takes keys, and ends itself in the middle of a request where it is told.
 *
 * Arguments: file of the store, file of the effects, when to die (`effect`: after it, `record`: after that).
 *
 * @module
 */
import { appendFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { idempotency } from '../../src/idempotency/index.js'
import { sqlite } from '../../src/idempotency/stores/sqlite/index.js'
import { handle, service } from '../../src/server/index.js'
import { httpIdempotency } from '../../src/server/idempotency/index.js'

const [file = '', effects = '', when] = process.argv.slice(2)

function dieIf(moment: string): void {
  if (when === moment) process.kill(process.pid, 'SIGKILL')
}

const store = sqlite(file)
const engine = idempotency({
  store: {
    ...store,
    async complete(scope, completion) {
      const held = await store.complete(scope, completion)
      dieIf('record')
      return held
    },
  },
  ttl: '1h',
  lease: '500ms',
  wait: '500ms',
})
const shop = service('shop', { idempotency: httpIdempotency({ engine, tenant: () => 'acme' }) })
const routes = Object.fromEntries(
  (['derived-key', 'at-most-once'] as const).map((mode) => [
    `/${mode}`,
    handle(shop.operation(mode, { effect: 'write', idempotency: { key: 'required', mode } }), (_request, context) => {
      appendFileSync(effects, `${context.derive('charge')}\n`)
      dieIf('effect')
      return Response.json({ done: true }, { status: 201 })
    }),
  ]),
)

async function answer(url: string, key: string, outgoing: ServerResponse): Promise<void> {
  const request = new Request(`http://shop.example${url}`, { method: 'POST', headers: { 'idempotency-key': key } })
  const response = await routes[url]?.(request)
  outgoing.writeHead(response?.status ?? 404, Object.fromEntries(response?.headers ?? []))
  outgoing.end(await response?.text())
}

const server = createServer(
  ({ url = '/', headers }, outgoing) => void answer(url, String(headers['idempotency-key']), outgoing),
)
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
