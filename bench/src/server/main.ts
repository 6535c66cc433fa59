/**
 * `npm run bench:server`: what each adapter adds to a request, over the bare handler of the same framework, in one run.
 *
 * No target is asserted: the numbers of a shared machine are for reading.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { peer } from 'truce/peer'
import { service } from 'truce/server'
import { type Before, FRAMEWORKS, type Served } from './frameworks.js'
import { connection } from './socket.js'
import { transport } from './transport.js'

const HELP = `npm run bench:server -- [options]

  --json        one JSON document: { FRAMEWORK: { bare, ROW: added… } }, in µs a request
  --only a,b    only these frameworks: ${Object.keys(FRAMEWORKS).join(', ')}
  --rounds N    rounds, 15 unless told
  --requests N  requests in a sample, 2000 unless told
  --cpu         the processor's time instead of the clock's: less is said by neighbours on the machine
  --socket      over the loopback (without next and web, which have no server here)
`

/** µs a request, from the issue that asked for it. */
const TARGET = 2

const plain = service('plain').operation('read', { effect: 'read' })
const known = service('known', { peer, peers: 'all' }).operation('read', { effect: 'read', deadline: '30s' })
const HEADERS = {
  host: 'localhost',
  'user-agent': 'bench',
  accept: '*/*',
  'accept-encoding': 'gzip',
  'x-request-id': '0123456789',
}
const FIELD = peer.write({
  call: '0a1b2c3d4e5f-1x',
  attempt: 1,
  deadline: 1_900,
  urgency: 'interactive',
  caller: 'order-api',
})

/** What is measured beside the bare handler, which gets the same request as the row it is compared with. */
const ROWS: Readonly<Record<string, readonly [Before, Readonly<Record<string, string>>]>> = {
  'empty layer': ['empty layer', HEADERS],
  'listening layer': ['listening layer', HEADERS],
  stranger: [plain, HEADERS],
  peer: [known, HEADERS],
  'peer, Retry-Context': [known, { ...HEADERS, 'retry-context': FIELD }],
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    cpu: { type: 'boolean', default: false },
    socket: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    requests: { type: 'string', default: '2000' },
  },
})

/** Sends so many requests. */
type Send = (requests: number) => Promise<void>

async function senderOf(
  served: Served,
  headers: Readonly<Record<string, string>>,
): Promise<{ send: Send; close: () => Promise<void> }> {
  if ('listener' in served) {
    if (values.socket) return connection(served.listener, headers)
    const one = transport(served.listener, headers)
    return {
      async send(requests) {
        for (let n = 0; n < requests; n++) if ((await one()) !== 200) throw new Error('not answered with 200')
      },
      close: async () => {},
    }
  }
  const { answer, requestOf } = served
  return {
    async send(requests) {
      // Making the request is part of both: whoever runs such handlers makes one too.
      for (let n = 0; n < requests; n++) await answer(requestOf({ ...headers }))
    },
    close: async () => {},
  }
}

function spentUs(): number {
  if (!values.cpu) return performance.now() * 1_000
  const { user, system } = process.cpuUsage()
  return user + system
}

async function timed(send: Send, requests: number): Promise<number> {
  const from = spentUs()
  await send(requests)
  return (spentUs() - from) / requests
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] as number

/** Bare and guarded in turns, with one request; the difference is the median of each round's own. */
async function measure(name: string, rounds: number, requests: number): Promise<Record<string, number>> {
  const make = FRAMEWORKS[name] as (typeof FRAMEWORKS)[string]
  const found: Record<string, number> = {}
  for (const [row, [operation, headers]] of Object.entries(ROWS)) {
    const served = await make(operation)
    if (served === undefined) continue
    const bare = await senderOf((await make('nothing')) as Served, headers)
    const guarded = await senderOf(served, headers)
    for (let n = 0; n < 3; n++) for (const { send } of [bare, guarded]) await send(requests)
    const bares: number[] = []
    const added: number[] = []
    for (let round = 0; round < rounds; round++) {
      const turns = round % 2 === 0 ? [bare, guarded, bare] : [guarded, bare, guarded]
      const [first, middle, last] = [
        await timed(turns[0]!.send, requests),
        await timed(turns[1]!.send, requests),
        await timed(turns[2]!.send, requests),
      ]
      const around = (first + last) / 2
      bares.push(round % 2 === 0 ? around : middle)
      added.push(round % 2 === 0 ? middle - around : around - middle)
    }
    found['bare'] ??= median(bares)
    found[row] = median(added)
    await bare.close()
    await guarded.close()
  }
  return found
}

if (values.help) process.stdout.write(HELP)
else {
  const all = Object.keys(FRAMEWORKS).filter((name) => !values.socket || !['next', 'web'].includes(name))
  const wanted = values.only === '' ? all : values.only.split(',')
  const unknown = wanted.filter((name) => !all.includes(name))
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: there are ${all.join(', ')}`)
  const [rounds, requests] = [Number(values.rounds), Number(values.requests)]
  if (!(rounds > 0 && requests > 0)) throw new Error('--rounds and --requests are whole numbers above 0')
  const rows = Object.keys(ROWS)
  if (!values.json) {
    process.stdout.write(
      `${'µs a request'.padEnd(14)}${'bare'.padStart(8)}${rows.map((row) => `+ ${row}`.padStart(22)).join('')}\n`,
    )
  }
  const report: Record<string, Record<string, number>> = {}
  for (const name of wanted) {
    const found = await measure(name, rounds, requests)
    report[name] = found
    const cell = (row: string): string => {
      const value = found[row]
      if (value === undefined) return '-'.padStart(22)
      return `${value.toFixed(2)}${value <= TARGET ? ' ' : '!'}`.padStart(22)
    }
    if (!values.json)
      process.stdout.write(
        `${name.padEnd(14)}${(found['bare'] as number).toFixed(1).padStart(8)}${rows.map(cell).join('')}\n`,
      )
  }
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `! above the target of ${TARGET} µs\n`)
}
