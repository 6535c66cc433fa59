/**
 * Case d: all parts at once (retry, breaker, budget, governor, attempt timeout, concurrency, counters)
 * around a call that succeeds at once: the signal unread, the signal read, the attempt log on, and with
 * 100,000 other calls in flight.
 *
 * @module
 */
import { bulkhead, circuitBreaker, handleAll, retry, SamplingBreaker, timeout, TimeoutStrategy, wrap } from 'cockatiel'
import * as Effect from 'effect/Effect'
import * as Semaphore from 'effect/Semaphore'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'
import { dependency, type Operation } from 'truce'
import { type AttemptLog, attemptLog } from 'truce/telemetry'
import { bare, type Case, fn } from '../case.js'
import { effectBreaker } from './effect-breaker.js'

const LIMIT = 200_000
const ATTEMPT_TIMEOUT = 60_000
const IN_FLIGHT = 100_000

/** Everything on. @param ratio of the budget */
export function everything(name: string, ratio = 0.5): Operation {
  const breaker = { kind: 'time' as const }
  return dependency(name, { service: 'bench', breaker, budget: { ratio }, concurrency: LIMIT }).operation('call', {
    effect: 'read',
    attempts: 3,
    attemptTimeout: ATTEMPT_TIMEOUT,
    deadline: '10m',
    backoff: 'none',
  })
}

type Read = ({ signal }: { signal: AbortSignal }) => Promise<number>
const read: Read = async ({ signal }) => (signal.aborted ? 0 : 1)

const all = everything('d')
const cockatiel = wrap(
  retry(handleAll, { maxAttempts: 2 }),
  circuitBreaker(handleAll, {
    halfOpenAfter: 500,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
  }),
  bulkhead(LIMIT),
  timeout(ATTEMPT_TIMEOUT, TimeoutStrategy.Cooperative),
)
const opossum = new CircuitBreaker(fn, { timeout: ATTEMPT_TIMEOUT, capacity: LIMIT })
const slots = Semaphore.makeUnsafe(LIMIT)
const effect = Effect.tryPromise(fn).pipe(
  Effect.timeout(ATTEMPT_TIMEOUT),
  slots.withPermits(1),
  effectBreaker.execute({ key: 'd' }),
  Effect.retry({ times: 2 }),
)

const truce = async (calls: number) => {
  while (calls-- > 0) await all.run(fn)
}

export const dUnread: Case = {
  name: 'd-unread',
  what: 'all parts, signal not read',
  bytes: true,
  contenders: {
    bare,
    truce,
    cockatiel: async (calls) => {
      while (calls-- > 0) await cockatiel.execute(fn)
    },
    opossum: async (calls) => {
      while (calls-- > 0) await opossum.fire()
    },
    'p-retry + opossum': async (calls) => {
      while (calls-- > 0) await pRetry(() => opossum.fire(), { retries: 2 })
    },
    effect: async (calls) => {
      while (calls-- > 0) await Effect.runPromise(effect)
    },
  },
}

export const dRead: Case = {
  name: 'd-read',
  what: 'all parts, signal read',
  bytes: true,
  contenders: {
    bare,
    AbortController: async (calls) => {
      while (calls-- > 0) await read(new AbortController())
    },
    truce: async (calls) => {
      while (calls-- > 0) await all.run(read)
    },
    cockatiel: async (calls) => {
      while (calls-- > 0) await cockatiel.execute(read)
    },
  },
}

let folder = ''
let log: AttemptLog | undefined

export const dLog: Case = {
  name: 'd-log',
  what: 'all parts, attempt log on, encoding included',
  calls: 3_000,
  contenders: { bare, quiet: truce, truce: async (calls) => await truce(calls) },
  before(contender) {
    if (contender !== 'truce') return
    folder = mkdtempSync(path.join(tmpdir(), 'truce-bench-'))
    // Room for a whole sample: a log that drops lines would look fast.
    log = attemptLog({ path: path.join(folder, 'attempts.jsonl'), service: 'bench', bufferBytes: 4 * 1024 * 1024 })
  },
  async after(contender, calls) {
    if (contender !== 'truce' || !log) return
    await log.close()
    rmSync(folder, { recursive: true })
    if (log.written !== calls) throw new Error(`d-log: ${log.written} of ${calls} records were written`)
  },
}

let open: () => void = () => undefined
let waiting: Promise<unknown>[] = []

export const dInFlight: Case = {
  name: 'd-in-flight',
  what: `all parts, ${IN_FLIGHT.toLocaleString('en')} other calls in flight`,
  // More than 6 ms hold: to make 100,000 calls provokes a collection, after which the first calls run cold.
  calls: 50_000,
  contenders: { bare, truce: async (calls) => await truce(calls) },
  enter() {
    const gate = new Promise<void>((resolve) => (open = resolve))
    waiting = Array.from({ length: IN_FLIGHT }, () => all.run(() => gate))
    // The collector moves them out of the new space now, and not in the middle of a sample.
    globalThis.gc?.({ type: 'minor' })
  },
  async leave() {
    open()
    await Promise.all(waiting)
    waiting = []
    globalThis.gc?.({ type: 'minor' })
  },
}
