/** What changes for who comes from axios-retry 4.5 on axios 1.21: on axios-retry, then on Truce. */
import axios, { AxiosError, type AxiosAdapter, type AxiosRequestConfig, type AxiosResponse } from 'axios'
import axiosRetry, { type IAxiosRetryConfig } from 'axios-retry'
import { dependency, type DependencyOptions, type OperationOptions } from 'truce'
import { axios as axiosErrors } from 'truce/classifiers'
import { events } from 'truce/telemetry'
import { expect, onTestFinished, test } from 'vitest'
import { inventoryOf } from '../peers/inventory.js'
import { type Answer, loopbackServer } from '../loopback-server.js'
import { claimsAreTested, faked, pass } from './changes.js'

/** Does the work, and is gone before it said so. */
const dies: Answer = (response) => response.destroy()
const silent: Answer = () => {}
const says =
  (code: number, after = 0): Answer =>
  (response) =>
    void setTimeout(() => response.writeHead(code).end(), after)

/** An axios without a network: it answers every request like this, in no time. */
const answers = (status: number, headers = {}): AxiosAdapter => {
  return (config) => {
    const response = { status, statusText: '', headers, config, data: '' } as AxiosResponse
    return Promise.reject(new AxiosError(`status ${status}`, 'ERR_BAD_RESPONSE', config, null, response))
  }
}

/** axios with its retries; without `options` as they are by default. */
function theirs(config: AxiosRequestConfig, options: IAxiosRetryConfig = {}) {
  const client = axios.create(config)
  axiosRetry(client, options)
  return client
}

/** The same axios without them, and a guard. */
function ours(config: AxiosRequestConfig, operation: OperationOptions, options: DependencyOptions = {}) {
  const client = axios.create(config)
  const inventory = dependency('inventory', { classify: axiosErrors, ...options })
  return { client, inventory, guard: inventory.operation('stock', { backoff: 'none', ...operation }) }
}

claimsAreTested('axios-retry')

test('There is a wait, with full jitter', async () => {
  const starts = await faked(async () => {
    const at: number[] = []
    const began = Date.now()
    const adapter: AxiosAdapter = (config) => (at.push(Date.now() - began), answers(503)(config))
    const call = theirs({ adapter })
      .get('/')
      .catch(() => {})
    await pass(60_000)
    await call
    return at
  })
  expect([starts.length, (starts.at(-1) as number) <= 3]).toEqual([4, true])

  const times = await Promise.all(
    [0.2, 0.8].map(async (u) => {
      const { time, inventory } = inventoryOf({ classify: axiosErrors, random: () => u })
      const client = axios.create({ adapter: answers(503) })
      const read = inventory.operation('read', { effect: 'read' })
      await time.run(read.outcome(() => client.get('/')))
      return time.now()
    }),
  )
  expect(times).toEqual([60, 240])
})

test('A write is not repeated in doubt', async () => {
  const server = await loopbackServer(dies)
  await theirs({ baseURL: server.url })
    .post('/charge', { sum: 7 })
    .catch(() => {})
  expect(server.came.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'POST'])

  const other = await loopbackServer(dies)
  const { client, guard } = ours({ baseURL: other.url }, { effect: 'write', idempotency: {} })
  const post = guard.outcome(({ signal, headers }) => client.post('/charge', { sum: 7 }, { signal, headers }))
  expect([(await post).stop, other.came.length]).toEqual(['unsafe', 1])
  await guard.outcome(({ signal, headers }) => client.post('/charge', { sum: 7 }, { signal, headers }), { key: 'o1' })
  expect(other.came.slice(1).map(({ headers }) => headers['idempotency-key'])).toEqual(['o1', 'o1', 'o1'])
})

test('PUT and DELETE are writes', async () => {
  const server = await loopbackServer(says(503))
  await theirs({ baseURL: server.url })
    .delete('/sku')
    .catch(() => {})
  expect(server.came).toHaveLength(4)

  const other = await loopbackServer(says(503))
  const { client, guard, inventory } = ours({ baseURL: other.url }, { effect: 'write' })
  expect((await guard.outcome(() => client.delete('/sku'))).stop).toBe('unsafe')
  expect(other.came).toHaveLength(1)
  const natural = inventory.operation('drop', { effect: 'write', idempotency: 'natural', backoff: 'none' })
  await natural.outcome(() => client.delete('/sku'))
  expect(other.came).toHaveLength(4)
})

test('A timeout is retried', async () => {
  const server = await loopbackServer(silent, says(200))
  await expect(theirs({ baseURL: server.url, timeout: 50 }).get('/')).rejects.toMatchObject({ code: 'ECONNABORTED' })
  expect(server.came).toHaveLength(1)

  const other = await loopbackServer(silent, says(200))
  const { client, guard } = ours({ baseURL: other.url }, { effect: 'read', attemptTimeout: 100 })
  expect((await guard.run(({ signal }) => client.get('/', { signal }))).status).toBe(200)
  expect(other.came).toHaveLength(2)
})

test('Each attempt has a time of its own', async () => {
  const left: number[] = []
  const onRetry: IAxiosRetryConfig['onRetry'] = (_count, _error, { timeout = 0 }) => void left.push(timeout)
  const server = await loopbackServer(says(503, 30))
  await theirs({ baseURL: server.url, timeout: 10_000 }, { onRetry })
    .get('/')
    .catch(() => {})
  expect(left).toHaveLength(3)
  expect(left).toEqual(left.toSorted((a, b) => b - a))
  expect(left.at(-1)).toBeLessThan(10_000 - 3 * 25)

  const timeouts: (number | undefined)[] = []
  onTestFinished(events.on('attempt', ({ timeout }) => timeouts.push(timeout)))
  const { client, guard } = ours({ baseURL: server.url }, { effect: 'read', attemptTimeout: 1_000 })
  await guard.outcome(({ signal }) => client.get('/', { signal }))
  expect(timeouts).toEqual([1_000, 1_000, 1_000])
})

test('A wait that nobody can wait for ends the call', async () => {
  const adapter = answers(503, { 'retry-after': '3600' })
  const theirTime = await faked(async () => {
    const began = Date.now()
    let took = 0
    const call = theirs({ adapter })
      .get('/')
      .catch(() => (took = Date.now() - began))
    await pass(5 * 3_600_000)
    await call
    return took
  })
  expect(theirTime).toBe(3 * 3_600_000)

  const { time, inventory } = inventoryOf({ classify: axiosErrors })
  const client = axios.create({ adapter })
  const outcome = await time.run(inventory.operation('read', { effect: 'read' }).outcome(() => client.get('/')))
  expect([outcome.stop, outcome.explanation.retryAt, time.now()]).toEqual(['deadline', 3_600_000, 0])
})

test('A 501 is final, a 408 is not', async () => {
  const requests = async (status: number) => {
    const server = await loopbackServer(says(status))
    await theirs({ baseURL: server.url })
      .get('/')
      .catch(() => {})
    const other = await loopbackServer(says(status))
    const { client, guard } = ours({ baseURL: other.url }, { effect: 'read' })
    await guard.outcome(() => client.get('/'))
    return [server.came.length, other.came.length]
  }
  expect([await requests(501), await requests(408)]).toEqual([
    [4, 1],
    [1, 3],
  ])
})

test('In an outage retries run out', async () => {
  const server = await loopbackServer(says(503))
  const client = theirs({ baseURL: server.url })
  for (let call = 0; call < 10; call++) await client.get('/').catch(() => {})
  expect(server.came).toHaveLength(40)

  const other = await loopbackServer(says(503))
  const { client: plain, guard } = ours({ baseURL: other.url }, { effect: 'read' })
  for (let call = 0; call < 10; call++) await guard.outcome(() => plain.get('/'))
  expect(other.came).toHaveLength(12)
})
