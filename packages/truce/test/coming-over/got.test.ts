/** What changes for who comes from got 14: on got, then on Truce, at the same loopback server. */
import { type ExtendOptions, got } from 'got'
import { AttemptTimeoutError, dependency, type DependencyOptions, type OperationOptions } from 'truce'
import { got as gotErrors } from 'truce/classifiers'
import { createFetch } from 'truce/http'
import { expect, test } from 'vitest'
import { inventoryOf } from '../peers/inventory.js'
import { type Answer, loopbackServer } from '../loopback-server.js'
import { claimsAreTested } from './changes.js'

const says =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end()

/** got with its own rules of what is retried and how long it would wait, but it waits for a ms only. */
function theirs(options: ExtendOptions = {}) {
  const waits: number[] = []
  const calculateDelay = ({ computedValue }: { computedValue: number }): number => {
    if (computedValue > 0) waits.push(computedValue)
    return Math.min(computedValue, 1)
  }
  return { client: got.extend({ retry: { calculateDelay } }, options), waits }
}

/** got without its own retries, and a guard. */
const single = got.extend({ retry: { limit: 0 } })
function ours(operation: OperationOptions, options: DependencyOptions = {}) {
  const inventory = dependency('inventory', { classify: gotErrors, ...options })
  return { inventory, guard: inventory.operation('stock', { backoff: 'none', ...operation }) }
}

claimsAreTested('got')

test('PUT and DELETE are writes', async () => {
  const server = await loopbackServer(says(503))
  await theirs()
    .client.delete(server.url)
    .catch(() => {})
  expect(server.came).toHaveLength(3)

  const other = await loopbackServer(says(503))
  const { inventory, guard } = ours({ effect: 'write' })
  expect((await guard.outcome(() => single.delete(other.url))).stop).toBe('unsafe')
  expect(other.came).toHaveLength(1)
  const natural = inventory.operation('drop', { effect: 'write', idempotency: 'natural', backoff: 'none' })
  await natural.outcome(() => single.delete(other.url))
  expect(other.came).toHaveLength(4)
})

test('A POST is repeated where that is safe', async () => {
  // Nobody listens at port 1: the connection is refused, so nothing was sent.
  const { client, waits } = theirs()
  await client.post('http://127.0.0.1:1').catch(() => {})
  expect(waits).toEqual([])

  const { guard } = ours({ effect: 'write' })
  expect((await guard.outcome(() => single.post('http://127.0.0.1:1'))).attempts).toBe(3)
  const server = await loopbackServer(says(503), says(200))
  const honoured = ours({ effect: 'write', idempotency: {} }).guard
  const keyed = honoured.outcome(({ headers }) => single.post(server.url, { headers }), { key: 'order_1' })
  expect([(await keyed).ok, server.came[1]?.headers['idempotency-key']]).toEqual([true, 'order_1'])
})

test('Other statuses are retried', async () => {
  const mine = got.defaults.options.retry.statusCodes ?? []
  const { inventory } = inventoryOf()
  const read = inventory.operation('read', { effect: 'read', attempts: 2, backoff: 'none' })
  const statuses: number[] = []
  for (let status = 400; status < 600; status++) {
    const { attempts } = await read.outcome(() => new Response(null, { status }))
    if (attempts === 2) statuses.push(status)
  }
  expect(mine.filter((status) => !statuses.includes(status))).toEqual([413])
  expect(statuses.filter((status) => status < 500 && !mine.includes(status))).toEqual([421, 423, 425])
  const full = await loopbackServer(says(413, { 'retry-after': '1' }))
  await theirs()
    .client(full.url)
    .catch(() => {})
  expect(full.came).toHaveLength(3)
  const final = [501, 505]
  expect(statuses.filter((status) => status >= 500)).toEqual(
    Array.from({ length: 100 }, (_, n) => 500 + n).filter((status) => !final.includes(status)),
  )
})

test('Waits are shorter, with full jitter', async () => {
  const server = await loopbackServer(says(503))
  const { client, waits } = theirs()
  await client(server.url).catch(() => {})
  expect(waits.map((wait) => Math.floor(wait / 100))).toEqual([10, 20])

  const at = await Promise.all(
    [0.1, 0.9].map(async (u) => {
      const { time, inventory } = inventoryOf({ random: () => u })
      await time.run(inventory.operation('read', { effect: 'read' }).run(() => new Response(null, { status: 503 })))
      return time.now()
    }),
  )
  expect(at).toEqual([30, 270])
})

test('A wait that nobody can wait for ends the call', async () => {
  const server = await loopbackServer(says(503, { 'retry-after': '3600' }))
  const { client, waits } = theirs()
  await client(server.url).catch(() => {})
  // To the millisecond, for everybody who was told so.
  expect(waits).toEqual([3_600_000, 3_600_000])

  const other = await loopbackServer(says(503, { 'retry-after': '3600' }))
  const outcome = await ours({ effect: 'read' }).guard.outcome(() => single(other.url))
  expect([outcome.stop, other.came.length]).toEqual(['deadline', 1])
  expect(outcome.explanation.retryAt).toBeGreaterThan(Date.now() + 3_000_000)
})

test('Silence has an end', async () => {
  expect(Object.values(got.defaults.options.timeout).filter((limit) => limit !== undefined)).toEqual([])

  const server = await loopbackServer(() => {})
  const { guard } = ours({ effect: 'read', attempts: 2, attemptTimeout: 50 })
  await expect(guard.run(({ signal }) => single(server.url, { signal }))).rejects.toThrow(AttemptTimeoutError)
  expect(server.came).toHaveLength(2)
})

test('In an outage retries run out', async () => {
  const server = await loopbackServer(says(503))
  const { client } = theirs()
  for (let call = 0; call < 10; call++) await client(server.url).catch(() => {})
  expect(server.came).toHaveLength(30)

  const other = await loopbackServer(says(503))
  const { guard } = ours({ effect: 'read' })
  for (let call = 0; call < 10; call++) await guard.outcome(() => single(other.url))
  expect(other.came).toHaveLength(12)
})

test('A failed answer is an answer with createFetch', async () => {
  const server = await loopbackServer(says(404))
  await expect(theirs().client(server.url)).rejects.toThrow('404')

  const inventoryFetch = createFetch({ dependency: dependency('inventory') })
  expect((await inventoryFetch(server.url)).status).toBe(404)
})
