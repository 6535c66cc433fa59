/**
 * Service: the process that serves, with an admission or without.
 *
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { peer } from 'truce/peer'
import { admission, service } from 'truce/server'
import { listener } from 'truce/server/node'
import { seeded } from 'truce/testing'
import { BUCKET, type Counts, type ServiceJob, type ToService } from './messages.js'
import { lognormal, Pool } from './pool.js'

const job = JSON.parse(process.argv[2] as string) as ServiceJob
const pool = new Pool(job.workers, lognormal(job.mean, 0.3, seeded(7)))
const counts = { came: {} as Record<number, number>, done: {} as Record<number, number> } satisfies Counts

function count(of: Record<number, number>): void {
  const bucket = Math.floor(Date.now() / BUCKET)
  of[bucket] = (of[bucket] ?? 0) + 1
}

const inventory = service('inventory', { peer, peers: 'all', ...(job.admission && { admission: admission() }) })
// Its handler does not look whether its caller is there: most do not.
const work = listener(inventory.operation('read', { effect: 'read' }), async (_request, response) => {
  await pool.work()
  count(counts.done)
  response.end('done')
})
const server = createServer((request, response) => {
  count(counts.came)
  void work(request, response)
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

process.on('message', (message: ToService) => {
  if (message === 'freeze') pool.freeze()
  else if (message === 'thaw') pool.thaw()
  else if (message === 'counts') process.send?.(counts)
  else process.exit()
})
process.on('disconnect', () => process.exit())
