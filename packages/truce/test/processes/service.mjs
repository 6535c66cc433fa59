/**
 * One service of a chain, as a process: it calls the one below, or is the last and does the work.
 *
 * Forked by `chain.ts` with its settings as JSON. What it says to its parent: `{ port }` once it listens, and
 * `{ report }` when asked for one.
 *
 * @module
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { dependency } from 'truce'
import { peer } from 'truce/peer'
import { service } from 'truce/server'
import { listener } from 'truce/server/node'
import { metrics } from 'truce/telemetry'

/**
 * @typedef {object} Settings
 * @property {string} name
 * @property {'truce' | 'by-hand'} stack
 * @property {{ name: string, url: string } | undefined} below absent: it is the last
 * @property {number} attempts of its calls
 * @property {number} attemptTimeout of its calls, ms
 * @property {number} deadline of its calls, ms
 * @property {'none' | 'default'} budget
 * @property {'down' | 'slow' | number} behaves of the last: answers 503, never, or after so many ms of work
 */

/** @type {Settings} */
const settings = JSON.parse(process.argv[2] ?? '')
const { name, below, stack } = settings
let { behaves } = settings

/** Requests that came. */
let requests = 0
/** Of each request that was worked on: ms that its caller said it waits, ms worked, and why it ended. */
/** @type {{ told: number | null, worked: number, end: string }[]} */
const works = []

const operation = service(name, { peer, peers: 'all' }).operation('act', { effect: 'read' })
const guarded =
  below &&
  dependency(below.name, {
    service: name,
    peer,
    ...(settings.budget === 'none' && { budget: 'none', governor: 'none', breaker: 'none' }),
  }).operation('act', {
    effect: 'read',
    attempts: settings.attempts,
    attemptTimeout: settings.attemptTimeout,
    deadline: settings.deadline,
    backoff: { initial: 20, max: 50 },
  })

/** @param {import('truce/server').RequestContext} context */
async function byTruce(context) {
  if (!guarded || !below) return work(context.signal, context.remaining)
  const { status } = await guarded.run(({ signal, headers }) => fetch(below.url, { signal, headers }), { context })
  return status
}

/** Three attempts around a fetch, as they stand in most services. */
async function byHand() {
  for (let attempt = 1; ; attempt++) {
    try {
      const signal = AbortSignal.timeout(settings.attemptTimeout)
      const { status } = await fetch(/** @type {{ url: string }} */ (below).url, { signal })
      if (status < 500 || attempt === settings.attempts) return status
    } catch (error) {
      if (attempt === settings.attempts) throw error
    }
    await sleep(20)
  }
}

/** @param {AbortSignal} signal @param {number} told ms */
async function work(signal, told) {
  const began = performance.now()
  /** @param {string} end */
  const over = (end) =>
    works.push({ told: Number.isFinite(told) ? told : null, worked: performance.now() - began, end })
  if (behaves === 'down') {
    over('refused')
    return 503
  }
  try {
    await sleep(behaves === 'slow' ? 60_000 : behaves, undefined, { signal })
  } catch {
    const reason = /** @type {Error} */ (signal.reason)
    over(reason.name)
    throw reason
  }
  over('done')
  return 200
}

const byTruceListener = listener(operation, async (_request, response, context) => {
  response.statusCode = await byTruce(context)
  response.end()
})

const server = createServer((request, response) => {
  requests++
  if (stack === 'truce') return void byTruceListener(request, response)
  const left = new AbortController()
  response.once('close', () => left.abort(new Error('left')))
  const answering = below ? byHand() : work(left.signal, Number.POSITIVE_INFINITY)
  answering.then(
    (status) => response.writeHead(status).end(),
    () => response.writeHead(502).end(),
  )
})

/** Seconds worked for nobody. */
function abandoned() {
  const metric = metrics().find((each) => each.name === 'abandoned_work_seconds_total')
  return metric?.type === 'counter' ? metric.values.reduce((sum, { value }) => sum + value, 0) : 0
}

process.on('message', (/** @type {{ behaves?: Settings['behaves'] }} */ message) => {
  if (message.behaves !== undefined) behaves = message.behaves
  process.send?.({ report: { requests, works, abandoned: abandoned() } })
})
process.on('disconnect', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})
