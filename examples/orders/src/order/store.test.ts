import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { now } from '../clock.js'
import { openDatabase } from '../database.js'
import { type OrderStore, orderStore } from './store.js'

const order = { id: 'order_1', sku: 'sku_1', quantity: 1 }
let folder: string
let store: OrderStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'order-store-'))
  store = orderStore(folder)
  store.receive(order)
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const row = () => {
  const database = openDatabase(join(folder, 'order.db'), '')
  try {
    return database.prepare('select state, told, quantity from orders').all()
  } finally {
    database.close()
  }
}

test('an order that comes again, however changed, is the one that is there', () => {
  store.receive({ ...order, quantity: 5 })
  expect(row()).toMatchObject([{ quantity: 1 }])
})

test('confirmation is news once, and nothing later undoes it', () => {
  expect([store.confirm(order.id, 'due'), store.confirm(order.id, 'due')]).toEqual([true, false])
  store.fail(order.id)
  store.refuse(order.id)
  store.postpone(order.id)
  expect(row()).toMatchObject([{ state: 'confirmed' }])
})

test('a second press that fails does not take back what the first one still waits for', () => {
  store.postpone(order.id)
  store.fail(order.id)
  expect(row()).toMatchObject([{ state: 'pending' }])
  store.refuse(order.id)
  expect(row()).toMatchObject([{ state: 'failed' }])
})

test('the first key of a reservation stays, whatever comes later, and is told with its age', () => {
  store.asks('reserve', order.id)
  expect([store.reservationKey(order.id, 'first'), store.reservationKey(order.id, 'second')]).toEqual([
    'first',
    'first',
  ])
  store.postpone(order.id)
  const [pending] = store.pending()
  expect(pending).toMatchObject({ ...order, key: 'first' })
  expect(pending?.keyUsed).toBeLessThanOrEqual(now())
})

test('what counts is the best that was promised', () => {
  for (const [what, told] of [
    ['failed', 'failed'],
    ['pending', 'pending'],
    ['failed', 'pending'],
    ['confirmed', 'confirmed'],
    ['pending', 'confirmed'],
  ] as const) {
    store.tell(order.id, what)
    expect(row()).toMatchObject([{ told }])
  }
})
