/**
 * A service that ends on SIGTERM as docs/admission.md says: it drains, then closes, then is gone. At its end it says which
 * requests it had taken on.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { peer } from 'truce/peer'
import { admission, service } from 'truce/server'
import { listener } from 'truce/server/node'

const door = admission({ limit: 8 })
const work = service('drained', { peer, peers: 'all', admission: door }).operation('work', { effect: 'write' })
/** @type {(string | undefined)[]} */
const began = []

const server = createServer(
  listener(work, async (request, response) => {
    began.push(request.url)
    await sleep(20)
    response.end(request.url)
  }),
)

process.once('SIGTERM', () => {
  process.send?.({ draining: true })
  void door.drain().then(() => server.close(() => process.send?.({ began }, () => process.disconnect())))
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})
