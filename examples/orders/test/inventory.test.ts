/**
 * Reservations under what the feature is for, on the real service: a process, its port and its database.
 */
import Database from 'libsql'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { build, built } from './built.js'

beforeAll(build, 120_000)

let folder: string
let child: ChildProcess
let url: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inventory-'))
  await start()
})
afterEach(async () => {
  await stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  child = fork(built('services/inventory.js'), [JSON.stringify({ port: 0, folder, seed: 1 })], { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  url = `http://127.0.0.1:${port}`
}

async function stop(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.send('stop')
  await gone
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
async function reserve(key: string | undefined, quantity = 2, client = 'order'): Promise<Said | undefined> {
  try {
    const answer = await fetch(`${url}/reservations`, {
      method: 'POST',
      headers: { 'x-client-id': client, ...(key !== undefined && { 'idempotency-key': key }) },
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

/** How the engine said that the calls ended; complete once the service has ended. */
const ends = () =>
  readFileSync(join(folder, 'inventory.executions.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { end: string }).end)

test('a lost answer: the repeat gets it, and nothing is reserved again', async () => {
  await fault({ kind: 'lost-answers', share: 1 })
  expect(await reserve('key')).toBeUndefined()
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
  await fetch(`${url}/faults`, { method: 'DELETE' })
  expect(await reserve('key')).toEqual({ status: 201, replayed: true, body: { reservation: 1 } })
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
  await stop()
  expect(ends()).toEqual(['executed', 'replayed'])
})

test('eight at once: one reserves, all hear of it', async () => {
  const said = await Promise.all(Array.from({ length: 8 }, () => reserve('key')))
  expect(said.map((one) => [one?.status, one?.body])).toEqual(said.map(() => [201, { reservation: 1 }]))
  expect(said.filter((one) => one?.replayed)).toHaveLength(7)
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
})

test('the key with another payload is refused; that of another client is another key', async () => {
  await reserve('key')
  expect(await reserve('key', 3)).toMatchObject({ status: 422, replayed: false })
  expect(standing()).toEqual({ reservations: 1, taken: 2 })
  expect(await reserve('key', 3, 'another')).toMatchObject({ status: 201 })
  expect(standing()).toEqual({ reservations: 2, taken: 5 })
})

test(
  'dead in the middle of a reservation: nothing of it is there, and the repeat makes it once',
  { timeout: 30_000 },
  async () => {
    expect(await reserve('before')).toMatchObject({ status: 201 })
    await fault({ kind: 'crash' })
    const died = once(child, 'exit')
    expect(await reserve('key')).toBeUndefined()
    expect(await died).toEqual([null, 'SIGKILL'])
    expect(standing()).toEqual({ reservations: 1, taken: 2 })

    await start()
    expect(await reserve('key')).toMatchObject({ status: 201, replayed: false })
    expect(await reserve('key')).toMatchObject({ status: 201, replayed: true })
    expect(await reserve('before')).toMatchObject({ status: 201, replayed: true })
    expect(standing()).toEqual({ reservations: 2, taken: 4 })
    await stop()
    expect(ends()).toEqual(['executed', 'executed', 'replayed', 'replayed'])
  },
)

test('the attempt that died with the process stands in the log, as not applied', async () => {
  await fault({ kind: 'crash' })
  const died = once(child, 'exit')
  await reserve('key')
  await died
  const lines = readFileSync(join(folder, 'inventory.attempts.jsonl'), 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { call: 'order_1/reserve', outcome: 'unavailable', certainty: 'not-applied', delivered: false },
  ])
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
