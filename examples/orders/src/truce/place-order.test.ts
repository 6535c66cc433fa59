import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type OrderStore, orderStore } from '../order/store.js'
import { truceOrders } from './place-order.js'

const order = { id: 'order_1', sku: 'sku_1', quantity: 1 }

let folder: string
let store: OrderStore
let server: Server
let url: string
let orders: ReturnType<typeof truceOrders> | undefined
/** What the next reservation attempts meet; the last one stays. */
let reserve: ((request: IncomingMessage, answer: ServerResponse) => void)[]
let keys: unknown[]
let fulfilments: number

const answering = (status: number, body: object) => (_: IncomingMessage, answer: ServerResponse) =>
  void answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const lost = (request: IncomingMessage) => void request.socket.destroy()

const open = () => (orders = truceOrders(store, url, url, folder))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'place-order-'))
  store = orderStore(folder)
  keys = []
  fulfilments = 0
  server = createServer((request, answer) => {
    request.resume().once('end', () => {
      if (request.url?.startsWith('/availability')) return answering(200, { available: 9 })(request, answer)
      if (request.url === '/fulfilments') fulfilments++
      if (request.url !== '/reservations') return answering(201, {})(request, answer)
      keys.push(request.headers['idempotency-key'])
      const meets = reserve.length > 1 ? reserve.shift() : reserve[0]
      meets?.(request, answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  store.receive(order)
})

afterEach(async () => {
  await orders?.close()
  store.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  [401, { error: 'unauthorized' }],
  [404, { error: 'not found' }],
  [409, { error: 'something else' }],
])(
  'a lost answer, then %i: the order is pending, parked, and confirmed with the same key later',
  async (status, body) => {
    reserve = [lost, answering(status, body)]
    const first = open()
    expect(await first.placeOrder(order)).toBe('pending')
    await vi.waitFor(() => expect(first.parked()).toBe(1))
    expect([keys.length, store.pending()]).toMatchObject([3, [{ ...order, key: 'order_1_line_1' }]])
    await first.close()

    reserve = [answering(201, { reservation: 1 })]
    const second = open()
    await vi.waitFor(() => expect(second.open()).toBe(0))
    expect([store.pending(), second.parked()]).toEqual([[], 0])
    expect(new Set(keys)).toEqual(new Set(['"order_1_line_1"']))
  },
)

test('sold out is an answer: the order has failed, at once or from the background', async () => {
  reserve = [answering(409, { error: 'sold out' })]
  const { placeOrder, open: owed } = open()
  expect(await placeOrder(order)).toBe('failed')
  expect([keys.length, owed()]).toEqual([1, 0])

  store.postpone(order.id)
  await vi.waitFor(() => expect([keys.length, owed()]).toEqual([2, 0]))
})

test('an order that comes twice is one: the same key, one fulfilment', async () => {
  reserve = [answering(201, { reservation: 1 })]
  const { placeOrder, open: owed } = open()
  store.receive(order)
  expect(await Promise.all([placeOrder(order), placeOrder(order)])).toEqual(['confirmed', 'confirmed'])
  await vi.waitFor(() => expect(owed()).toBe(0))
  expect(keys).toEqual(['"order_1_line_1"', '"order_1_line_1"'])
  expect(fulfilments).toBe(1)
})

test('an order that comes again changed is refused, and the first one stays as it was', async () => {
  reserve = [answering(201, { reservation: 1 }), answering(422, { error: 'the key was used for something else' })]
  const { placeOrder, open: owed } = open()
  expect(await placeOrder(order)).toBe('confirmed')
  expect(await placeOrder({ ...order, quantity: 2 })).toBe('conflict')
  await vi.waitFor(() => expect(owed()).toBe(0))
  expect([store.pending(), fulfilments]).toEqual([[], 1])
})

test('still running is no refusal: it is asked again after the wait that was named', async () => {
  const running = (_: IncomingMessage, answer: ServerResponse) =>
    void answer.writeHead(409, { 'retry-after': '0' }).end(JSON.stringify({ error: 'still running' }))
  reserve = [running, answering(201, { reservation: 1 })]
  const { placeOrder } = open()
  expect(await placeOrder(order)).toBe('confirmed')
  expect(keys).toHaveLength(2)
})
