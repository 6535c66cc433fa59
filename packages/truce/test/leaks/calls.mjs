/**
 * So many calls of every kind on one signal that lives as long as the process, then what is left of them.
 *
 * Run by `leaks.test.ts` as `node --expose-gc calls.mjs COUNT`: what a process holds, and whether it ends, can be
 * seen only from a process of its own. Prints one line of JSON.
 *
 * @module
 */
import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { dependency } from 'truce'
import { createFetch } from 'truce/http'
import { metrics } from 'truce/telemetry'

/** Calls at once. */
const BATCH = 1_000
/** Calls in all: as many batches before the middle as after it. */
const COUNT = Math.ceil(Number(process.argv[2]) / (2 * BATCH)) * 2 * BATCH
const { gc } = globalThis
if (!gc) throw new Error('run with --expose-gc')

/** @type {string[]} */
const warnings = []
process.on('warning', ({ name }) => warnings.push(name))

const { signal } = new AbortController()
// Every call is to be made: what is refused leaves nothing that could leak.
const free = /** @type {const} */ ({ budget: 'none', governor: 'none', breaker: 'none' })
const inventory = dependency('inventory', { concurrency: BATCH })
const flaky = dependency('flaky', free)
const watched = dependency('watched', { mode: 'observe' })
const warehouse = dependency('warehouse', free)

const stock = inventory.operation('stock', { effect: 'read' })
const repeated = flaky.operation('repeated', { effect: 'read', backoff: { initial: 1 } })
const hanging = flaky.operation('hanging', { effect: 'read', attempts: 1, attemptTimeout: 5 })
const left = flaky.operation('left', { effect: 'read' })
const outer = flaky.operation('outer', { effect: 'read' })
const inner = warehouse.operation('inner', { effect: 'read' })
const seen = watched.operation('seen', { effect: 'read' })
const job = flaky.operation('job', { effect: 'read', attemptTimeout: 'none', deadline: 'none' })
const guardedFetch = createFetch({ dependency: warehouse, fetch: async () => new Response('in stock') })

class Refused extends Error {
  code = 'ECONNREFUSED'
}
const forEver = () => new Promise(() => {})

/**
 * The attempt of a call that lasts as long as all others, as a queue's consumer has.
 *
 * @type {import('truce').Attempt}
 */
let parent
/** @type {(value?: unknown) => void} */
let endOfJob = () => {}
const jobDone = new Promise((resolve) => {
  endOfJob = resolve
})
const running = job.run((attempt) => {
  parent = attempt
  return jobDone
})
await turn()

/** A call of each kind and how it ends; together a hundred. @type {[share: number, end: string, call: () => unknown][]} */
const KINDS = [
  [60, 'value', () => stock.run(async () => 1, { signal })],
  [5, 'ECONNREFUSED', () => repeated.run(() => Promise.reject(new Refused()), { signal })],
  [5, 'TRUCE_ATTEMPT_TIMEOUT', () => hanging.run((attempt) => (attempt.signal, forEver()), { signal })],
  [5, 'AbortError', leave],
  [5, 'value', () => outer.run((attempt) => inner.run(async () => 1, { signal, context: attempt }), { signal })],
  [5, 'value', () => inner.run(async () => 1, { signal, context: parent })],
  [5, 'value', () => seen.run(async (attempt) => attempt.signal.aborted, { signal })],
  [5, 'value', async () => (await guardedFetch('http://127.0.0.1/', { signal })).text()],
  [5, 'value', () => guardedFetch('http://127.0.0.1/', { signal })], // whose body nobody reads
]

/** Its caller leaves while it is under way. */
function leave() {
  const own = new AbortController()
  const call = left.run(forEver, { signal: own.signal })
  own.abort()
  return call
}

const round = KINDS.flatMap(([share, end, call]) => Array.from({ length: share }, () => () => ending(end, call)))

/** Calls that did not end as they should, by how they ended. @type {Record<string, number>} */
const unexpected = {}

/** @param {string} expected @param {() => unknown} call */
async function ending(expected, call) {
  let end = 'value'
  try {
    await call()
  } catch (error) {
    const { code, name } = /** @type {{ code?: unknown, name: string }} */ (error)
    end = typeof code === 'string' ? code : name
  }
  if (end !== expected) unexpected[end] = (unexpected[end] ?? 0) + 1
}

/** Bytes in use when nothing is left to collect: finalizers run between two collections. */
async function heap() {
  for (let n = 0; n < 5; n++) {
    gc?.()
    await turn()
  }
  return process.memoryUsage().heapUsed
}

// A call that hangs keeps no process alive, as little as the function it waits for.
const awake = setInterval(() => {}, 60_000)
let listenersMost = 0
let inTheMiddle = Number.NaN
for (let made = 0; made < COUNT; made += BATCH) {
  const calls = Array.from({ length: BATCH }, (_, n) => round[n % round.length]?.())
  listenersMost = Math.max(listenersMost, getEventListeners(signal, 'abort').length)
  await Promise.all(calls)
  if (made + BATCH === COUNT / 2) inTheMiddle = await heap()
}
const atEnd = await heap()
clearInterval(awake)
endOfJob()
await running
await turn()

const { inFlight: atOnce, waiting } = inventory.state()
console.log(
  JSON.stringify({
    unexpected,
    warnings,
    listenersMost,
    listeners: getEventListeners(signal, 'abort').length,
    inFlight: callsInFlight(),
    atOnce,
    waiting,
    timers: process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length,
    growth: (atEnd - inTheMiddle) / (COUNT / 2),
  }),
)

/** Of all operations, as the metrics have it. */
function callsInFlight() {
  const gauge = metrics().find(({ name }) => name === 'in_flight')
  if (gauge?.type !== 'gauge' || gauge.values.length === 0) throw new Error('there is no metric in_flight')
  return gauge.values.reduce((sum, { value }) => sum + value, 0)
}
