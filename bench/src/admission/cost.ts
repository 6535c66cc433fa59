/**
 * Cost: what an admission adds to a request that is let in at once.
 *
 * As in `npm run bench:server`: Node's own objects, no socket; the same operation with an admission and without, in turns,
 * and the median of each round's difference. The caller is a peer: it sends its field and is told the load.
 *
 * @module
 */
import { peer } from 'truce/peer'
import { admission, service } from 'truce/server'
import { listener } from 'truce/server/node'
import { transport } from '../server/transport.js'

const FIELD = peer.write({ call: '0a1b2c3d4e5f-1x', attempt: 1, deadline: 1_900, caller: 'order-api' })
const HEADERS = {
  host: 'localhost',
  'user-agent': 'bench',
  accept: '*/*',
  'x-request-id': '0123456789',
  'retry-context': FIELD,
}

function sender(options: object): () => Promise<number> {
  const operation = service('inventory', { peer, peers: 'all', ...options }).operation('read', { effect: 'read' })
  return transport(
    // As handlers do: an answer with a header of its own.
    listener(operation, (_request, response) => response.setHeader('content-type', 'text/plain').end('ok')),
    HEADERS,
  )
}

async function timed(send: () => Promise<number>, requests: number): Promise<number> {
  const from = spentUs()
  for (let n = 0; n < requests; n++) if ((await send()) !== 200) throw new Error('not answered with 200')
  return (spentUs() - from) / requests
}

/** The processor's time, not the clock's: less is said by neighbours on the machine. */
function spentUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN

/** @returns µs of the processor a request */
export async function admissionUs(rounds: number, requests: number): Promise<number> {
  const [without, behind] = [sender({}), sender({ admission: admission() })]
  for (let n = 0; n < 3; n++) for (const send of [without, behind]) await timed(send, requests)
  const added: number[] = []
  for (let round = 0; round < rounds; round++) {
    const first = await timed(without, requests)
    const middle = await timed(behind, requests)
    const last = await timed(without, requests)
    added.push(middle - (first + last) / 2)
  }
  return median(added)
}
