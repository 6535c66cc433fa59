/**
 * Scenarios: what Truce has to do in any runtime, written once and run in each.
 *
 * This file is bundled for the runtime under test and runs there; what comes back has to survive
 * JSON. `expected.ts` says what that must be.
 *
 * @module
 */
import { dependency, explain, isTruceError, retry } from 'truce'
import { createFetch } from 'truce/http'
import { attemptLog, events, metrics, prometheusText } from 'truce/telemetry'

/** What the scenarios talk to: a server that misbehaves by path, and an address where nobody listens. */
export interface Addresses {
  readonly server: string
  readonly nobody: string
}

/** At import, as an application does it: workers allow no timer, no I/O and no random bytes there. */
const inventory = dependency('inventory', {
  budget: { ratio: 0.9 },
  breaker: { minimumCalls: 100 },
  concurrency: 50,
})
const quick = { backoff: { initial: 1, max: 2 } } as const
const inventoryFetch = createFetch({ dependency: inventory, attempts: 3, idempotency: {}, ...quick })

export type Scenario = keyof typeof scenarios

export const scenarios = {
  'retry() repeats': async () => {
    let tries = 0
    const repeated = retry(
      async () => {
        if (++tries < 3) throw new TypeError('Failed to fetch')
        return tries
      },
      { attempts: 3, ...quick },
    )
    return await repeated
  },

  'a 503 and then an answer': async ({ server }: Addresses) => {
    const response = await inventoryFetch(`${server}/flaky/read`)
    return [response.status, await response.text()]
  },

  'a write is repeated with its key only': async ({ server }: Addresses) => {
    const without = await inventoryFetch(`${server}/flaky/unkeyed`, { method: 'POST', body: 'a line' })
    const headers = { 'Idempotency-Key': 'order_1' }
    const keyed = await inventoryFetch(`${server}/flaky/keyed`, { method: 'POST', body: 'a line', headers })
    return [without.status, explain(without)?.stop, keyed.status, await keyed.text()]
  },

  'a key is made once for all attempts of a call': async ({ server }: Addresses) => {
    const reserve = inventory.operation('reserve', { effect: 'write', idempotency: { key: 'new' }, ...quick })
    const sent: unknown[] = []
    const { ok, key } = await reserve.outcome(({ headers, signal }) => {
      sent.push(headers['idempotency-key'])
      return fetch(`${server}/flaky/made`, { method: 'POST', body: 'a line', headers, signal })
    })
    const isDated = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(key ?? '')
    return [ok, isDated, sent.length, sent.every((each) => each === key)]
  },

  'Retry-After is waited for': async ({ server }: Addresses) => {
    const from = performance.now()
    const response = await inventoryFetch(`${server}/retry-after/1`)
    return [response.status, performance.now() - from >= 990]
  },

  'an abort ends the wait': async ({ server }: Addresses) => {
    const controller = new AbortController()
    const off = events.on('attempt', ({ dependency: of }) => of === 'patient' && controller.abort())
    const patient = createFetch({
      dependency: dependency('patient'),
      deadline: '10h',
      backoff: { initial: '1h', max: '1h' },
    })
    const ended = patient(`${server}/down/abort`, { signal: controller.signal })
    return await ended.then(() => 'answered', nameOf).finally(off)
  },

  'a hanging answer is cut by the attempt timeout': async ({ server }: Addresses) => {
    const send = createFetch({ dependency: dependency('hanging'), attempts: 2, attemptTimeout: 50, ...quick })
    return await send(`${server}/silence`).then(() => 'answered', told)
  },

  'a refused connection': async ({ nobody }: Addresses) => {
    const send = createFetch({ dependency: dependency('nobody'), attempts: 2, ...quick })
    return await send(nobody).then(() => 'answered', told)
  },

  'an abort cuts the body': async ({ server }: Addresses) => {
    const controller = new AbortController()
    const response = await inventoryFetch(`${server}/half`, { signal: controller.signal })
    const body = response.text()
    controller.abort()
    return await body.then(() => 'read', nameOf)
  },

  'a breaker opens': async () => {
    const dead = dependency('dead', { breaker: { minimumCalls: 2, openRate: 1, cooldown: '10m', cooldownMax: '10m' } })
    const get = dead.operation('get', { effect: 'read', attempts: 1 })
    const fail = () => get.outcome(async () => Promise.reject(new TypeError('Failed to fetch')))
    return [(await fail()).stop, (await fail()).stop, (await fail()).stop]
  },

  'a budget ends the repeats': async () => {
    const scarce = dependency('scarce', { budget: { ratio: 0.001, max: 0.001 } }).operation('get', {
      effect: 'read',
      ...quick,
    })
    return (await scarce.outcome(async () => Promise.reject(new TypeError('Failed to fetch')))).stop
  },

  'a deadline ends it': async ({ server }: Addresses) => {
    const send = createFetch({ dependency: dependency('late'), deadline: 80, attemptTimeout: 'none', ...quick })
    return await send(`${server}/silence`).then(() => 'answered', told)
  },

  'callers beyond the concurrency wait': async ({ server }: Addresses) => {
    const send = createFetch({
      dependency: dependency('narrow', { concurrency: { limit: 1, queue: 10 } }),
      attempts: 1,
    })
    const statuses = [1, 2, 3].map(async (at) => (await send(`${server}/ok/narrow-${at}`)).status)
    return await Promise.all(statuses)
  },

  'what happened is counted': async ({ server }: Addresses) => {
    await createFetch({ dependency: dependency('counted'), ...quick })(`${server}/flaky/counted`)
    const lines = prometheusText()
      .split('\n')
      .filter((line) => /^truce_(calls|attempts)_total\{.*"counted"/.test(line))
    const all = metrics().find(({ name }) => name === 'calls_total')?.values ?? []
    const listed = all.some(({ labels }) => labels['dependency'] === 'counted')
    return [lines.map((line) => line.replace(/\{.*\}/, '')), listed]
  },

  'the attempt log says that it needs Node': () => {
    try {
      attemptLog({ path: 'attempts.jsonl' })
      return 'no word'
    } catch (error) {
      return (error as Error).message.includes("events.on('attempt'") ? 'listen instead' : String(error)
    }
  },
}

/** What came of one of them: `{ value }`, or `{ error }` where it threw. */
export async function run(name: Scenario, at: Addresses): Promise<{ value: unknown } | { error: string }> {
  try {
    return { value: await scenarios[name](at) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }
  }
}

function nameOf(error: unknown): unknown {
  return (error as Error).name
}

function told(error: unknown): unknown {
  const { stop, class: verdict, certainty, attempts } = explain(error) ?? {}
  return [isTruceError(error) ? error.code : 'thrown by fetch', stop, verdict, certainty, attempts]
}
