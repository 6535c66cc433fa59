/**
 * Orders as their users send them, on all three services: processes, ports and databases.
 */
import Database from 'libsql'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { build } from './built.js'
import { type Started, startService } from './started.js'

beforeAll(build, 120_000)

let folder: string
let inventory: Started
let warehouse: Started
let order: Started

async function startAll(half: 'handwritten' | 'truce'): Promise<void> {
  inventory = await startService('inventory', folder)
  warehouse = await startService('warehouse', folder)
  order = await startService('order', folder, { half, inventory: inventory.url, warehouse: warehouse.url })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'order-'))
})
afterEach(async () => {
  for (const service of [order, warehouse, inventory]) await service.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function press(id: string, key: string | undefined, quantity = 1) {
  const answer = await fetch(`${order.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': `"${key}"` }) },
    body: JSON.stringify({ id, sku: 'tea', quantity }),
  })
  return {
    status: answer.status,
    replayed: answer.headers.get('idempotent-replayed') === 'true',
    body: await answer.json(),
  }
}

function rows<T>(file: string, query: string): T[] {
  const database = new Database(join(folder, file), { readonly: true })
  try {
    return database.prepare(query).all() as T[]
  } finally {
    database.close()
  }
}
const reservations = () => rows<{ id: string }>('inventory.db', 'select order_id as id from reservations')
const keys = () => rows<{ key: string }>('order.db', 'select reservation_key as key from orders').map(({ key }) => key)

describe('with Truce', () => {
  beforeEach(() => startAll('truce'))

  test('pressed twice it is one order, at once or later, and both hear the same', async () => {
    const [one, other] = await Promise.all([press('order_1', 'wish'), press('order_1', 'wish')])
    const third = await press('order_1', 'wish')
    const confirmed = { order: 'order_1', state: 'confirmed' }
    for (const said of [one, other, third]) expect(said).toMatchObject({ status: 201, body: confirmed })
    expect([one, other, third].filter(({ replayed }) => replayed)).toHaveLength(2)
    expect(reservations()).toEqual([{ id: 'order_1' }])
  })

  test('pressed again with another quantity it is refused, before anything is asked of the inventory', async () => {
    await press('order_1', 'wish')
    expect(await press('order_1', 'wish', 2)).toMatchObject({
      status: 422,
      body: { type: 'urn:truce:problem:key-conflict' },
    })
    expect(reservations()).toHaveLength(1)
  })

  test('the key of the reservation is derived from the one that came, and stays that of the order', async () => {
    await press('order_1', 'wish')
    const [derived] = keys()
    expect(derived).not.toBe('order_1_line_1')
    expect(await press('order_1', 'another wish')).toMatchObject({ status: 201, replayed: false })
    expect([keys(), reservations()]).toEqual([[derived], [{ id: 'order_1' }]])
  })

  test('without a key it is placed each time, with the reservation of the order', async () => {
    expect(await press('order_1', undefined)).toMatchObject({ status: 201 })
    expect(await press('order_1', undefined)).toMatchObject({ status: 201, replayed: false })
    expect([keys(), reservations()]).toEqual([['order_1_line_1'], [{ id: 'order_1' }]])
  })
})

describe('by hand', () => {
  beforeEach(() => startAll('handwritten'))

  test('a key is not read: pressed twice, it is reserved twice', async () => {
    await press('order_1', 'wish')
    expect(await press('order_1', 'wish')).toMatchObject({ status: 201, replayed: false })
    expect(reservations()).toHaveLength(2)
  })
})
