/**
 * Reservations under what the feature is for, on the real service: a process, its port and its database.
 */
import Database from 'libsql'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peer } from 'truce/peer'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { build } from './built.js'
import { type Started, startService } from './started.js'

beforeAll(build, 120_000)

let folder: string
let inventory: Started
let url: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inventory-'))
  await start()
})
afterEach(async () => {
  await inventory.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  inventory = await startService('inventory', folder)
  url = inventory.url
}

async function fault(body: object): Promise<void> {
  expect((await fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200)
}

interface Said {
  readonly status: number
  readonly replayed: boolean
  readonly body: unknown
}

/** undefined: no answer came. */
async function reserve(
  key: string | undefined,
  quantity = 2,
  headers: Record<string, string> = {},
): Promise<Said | undefined> {
  try {
    const answer = await fetch(`${url}/reservations`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-client-id': 'order',
        'x-order-id': 'order_1',
        ...(key !== undefined && { 'idempotency-key': `"${key}"` }),
        ...headers,
      },
      body: JSON.stringify({ order: 'order_1', line: 1, sku: 'tea', quantity }),
    })
    return {
      status: answer.status,
      replayed: answer.headers.get('idempotent-replayed') === 'true',
      body: await answer.json(),
    }
  } catch {
    return undefined
  }
}

/** What stands in the database, read beside the service. */
function standing(): { reservations: number; taken: number } {
  const database = new Database(join(folder, 'inventory.db'), { readonly: true })
  try {
    const [reservations] = database.prepare('select count(*) as n from reservations').all() as { n: number }[]
    const [stock] = database.prepare('select total(stocked - on_hand) as n from stock').all() as { n: number }[]
    return { reservations: reservations?.n ?? 0, taken: stock?.n ?? 0 }
  } finally {
    database.close()
  }
}

const linesOf = (file: string) =>
  readFileSync(join(folder, `inventory.${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** How the engine said that requests and the bookings in them ended; complete once the service has ended. */
const ends = (operation: 'inventory.reserve' | 'book') =>
  linesOf('executions').flatMap((one) => (one['operation'] === operation ? [one['end']] : []))

test('a lost answer: the repeat gets it, and nothing is reserved again', async () => {
  await fault({ kind: 'lost-answers', share: 1 })
  expect(await reserve('key')).toBeUndefined()
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
  await fetch(`${url}/faults`, { method: 'DELETE' })
  expect(await reserve('key')).toEqual({ status: 201, replayed: true, body: { reservation: 1 } })
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
  await inventory.stop()
  expect(ends('inventory.reserve')).toEqual(['executed', 'replayed'])
})

test('eight at once: one reserves, all hear of it', async () => {
  const said = await Promise.all(Array.from({ length: 8 }, () => reserve('key')))
  expect(said.map((one) => [one?.status, one?.body])).toEqual(said.map(() => [201, { reservation: 1 }]))
  expect(said.filter((one) => one?.replayed)).toHaveLength(7)
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
})

test('the key with another payload is refused; that of another client is another key', async () => {
  await reserve('key')
  expect(await reserve('key', 3)).toMatchObject({
    status: 422,
    replayed: false,
    body: { type: 'urn:truce:problem:key-conflict' },
  })
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
  expect(await reserve('key', 3, { 'x-client-id': 'another' })).toMatchObject({ status: 201 })
  expect(standing()).toEqual({ reservations: 2, taken: 5 })
})

test('with an admission: what there is no room for is refused before any work, and told when to come', async () => {
  await inventory.stop()
  inventory = await startService('inventory', folder, { admission: true })
  url = inventory.url
  await fault({ kind: 'hang' })
  const ask = async (n: number) => {
    const context = peer.write({ call: `call-${n}`, attempt: 1, caller: 'order' })
    const { status, headers } = await fetch(`${url}/availability/tea`, { headers: { 'retry-context': context } })
    return { status, said: peer.read(headers.get('retry-pushback') ?? '') }
  }
  const asked = Array.from({ length: 60 }, (_, n) => ask(n))
  const first = await Promise.any(
    asked.map((one) => one.then((got) => (got.status === 503 ? got : Promise.reject(new Error('let in'))))),
  )
  expect(first.said).toMatchObject({ applied: false, reason: 'overloaded', slot: expect.any(Number) as number })
  await fetch(`${url}/faults`, { method: 'DELETE' })
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200, 503]))
  await inventory.stop()
  const refused = statuses.filter((status) => status === 503).length
  expect(linesOf('deliveries').filter((line) => line['refused'] !== undefined)).toHaveLength(refused)
  expect(linesOf('attempts').filter(({ outcome }) => outcome === 'refused')).toHaveLength(refused)
})

test(
  'dead in the middle of a reservation: nothing of it is there, and the repeat makes it once',
  { timeout: 30_000 },
  async () => {
    expect(await reserve('before')).toMatchObject({ status: 201 })
    await fault({ kind: 'crash' })
    const died = once(inventory.child, 'exit')
    expect(await reserve('key')).toBeUndefined()
    expect(await died).toEqual([null, 'SIGKILL'])
    expect(standing()).toEqual({ reservations: 1, taken: 2 })

    await start()
    expect(await reserve('key')).toMatchObject({ status: 201, replayed: false })
    expect(await reserve('key')).toMatchObject({ status: 201, replayed: true })
    expect(await reserve('before')).toMatchObject({ status: 201, replayed: true })
    expect(standing()).toEqual({ reservations: 2, taken: 4 })
    await inventory.stop()
    // 'key' was begun twice, and booked by the second run alone.
    expect(ends('inventory.reserve')).toEqual(['executed', 'executed', 'replayed', 'replayed'])
    expect(ends('book')).toEqual(['executed', 'executed'])
  },
)

test('the attempt that died with the process has no record, and is noted beside it', async () => {
  await fault({ kind: 'crash' })
  const died = once(inventory.child, 'exit')
  await reserve('before', 2_000_000)
  await reserve('key')
  await died
  const [record] = linesOf('attempts')
  expect(record).toMatchObject({ side: 'server', operation: 'reserve', outcome: 'rejected', attempt: 1 })
  expect(linesOf('attempts')).toHaveLength(1)
  expect(linesOf('deliveries')).toMatchObject([
    { id: `${String(record?.['call'])}#1`, order: 'order_1', delivered: true },
    { order: 'order_1', delivered: false, died: { operation: 'reserve', effect: 'write' } },
  ])
})

test('what a caller says of the attempt stands in its record, and past its deadline nothing is begun', async () => {
  const told = (deadline: number) => ({ 'retry-context': `call="c${deadline}", attempt=2, deadline=${deadline}` })
  expect(await reserve('key', 2, told(5_000))).toMatchObject({ status: 201 })
  expect(await reserve('late', 2, told(0))).toMatchObject({
    status: 504,
    body: { type: 'urn:truce:problem:deadline-passed' },
  })
  expect(standing().reservations).toBe(1)
  await inventory.stop()
  expect(linesOf('attempts')).toMatchObject([
    { call: 'c5000', attempt: 2, cause: 'retry', outcome: 'ok', certainty: 'applied' },
    { call: 'c0', attempt: 2, outcome: 'refused', certainty: 'not-applied' },
  ])
})

test('a read whose deadline is over at its turn is not begun; one whose caller left without a word is', async () => {
  await fault({ kind: 'hang' })
  const read = (init: RequestInit) => fetch(`${url}/availability/tea`, init)
  const told = read({ headers: { 'retry-context': 'call="told", attempt=1, deadline=30' } })
  await expect(read({ signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout')
  await fetch(`${url}/faults`, { method: 'DELETE' })
  const answer = await told
  expect([answer.status, await answer.json()]).toMatchObject([504, { type: 'urn:truce:problem:deadline' }])

  const outcomes = () => linesOf('attempts').map(({ call, outcome }) => [call === 'told', outcome] as const)
  const expected = new Map([
    [false, 'ok'],
    [true, 'timeout'],
  ])
  await vi.waitFor(() => expect(new Map(outcomes())).toEqual(expected), 5_000)
})

test('sold out is kept under the key as well', async () => {
  const tooMany = 2_000_000
  expect(await reserve('key', tooMany)).toEqual({ status: 409, replayed: false, body: { error: 'sold out' } })
  expect(await reserve('key', tooMany)).toMatchObject({ status: 409, replayed: true })
})

test('a fault is over after its time, however odd: nothing stays frozen', { timeout: 30_000 }, async () => {
  for (let i = 0; i < 20; i++) {
    await fault({ kind: 'hang', for: 5.97 })
    expect(await reserve(`key-${i}`)).toMatchObject({ status: 201 })
  }
})

test('without a key every attempt counts', async () => {
  await reserve(undefined)
  expect(await reserve(undefined)).toMatchObject({ status: 201, replayed: false })
  expect(standing()).toEqual({ reservations: 2, taken: 4 })
})
