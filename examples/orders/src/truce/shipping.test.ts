import Database from 'libsql'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contractOf } from '../contracts.js'
import { guards } from './guards.js'
import { shipping } from './shipping.js'

let database: Database.Database
let server: Server
let ship: ReturnType<typeof shipping>
let closing: AbortController
/** What the warehouse did, and was asked. */
let fulfilments: number
let looks: number
/** What the next orders to fulfil and looks meet; the last one stays. */
let fulfil: ((answer: ServerResponse) => void)[]
let look: ((answer: ServerResponse) => void)[]

const answering = (status: number, body: object) => (answer: ServerResponse) =>
  void answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const fulfilled = (answer: ServerResponse) => {
  fulfilments++
  answering(201, {})(answer)
}
const lost = (answer: ServerResponse) => {
  fulfilments++
  answer.destroy()
}
const known = (answer: ServerResponse) => answering(200, { state: fulfilments > 0 ? 'fulfilled' : 'none' })(answer)

beforeEach(async () => {
  fulfilments = 0
  looks = 0
  look = [known]
  closing = new AbortController()
  database = new Database(':memory:')
  server = createServer((request, answer) => {
    request.resume().once('end', () => {
      if (request.method === 'GET') looks++
      const meets = request.method === 'GET' ? look : fulfil
      const next = meets.length > 1 ? meets.shift() : meets[0]
      next?.(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ship = shipping(database, guards(contractOf('order')), `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterEach(async () => {
  closing.abort()
  await ship.close()
  database.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const ends = () => ship.fulfil('order_1', closing.signal)

test('fulfilled, and never told again', async () => {
  fulfil = [fulfilled]
  expect([await ends(), await ends()]).toEqual(['done', 'done'])
  expect([fulfilments, looks]).toEqual([1, 0])
})

test('a lost answer: the warehouse is asked what it did, and not told again', async () => {
  fulfil = [lost, fulfilled]
  expect(await ends()).toBe('again')
  expect(await ends()).toBe('done')
  expect([fulfilments, looks]).toEqual([1, 1])
})

test('a 503 may hide work that was done: asked first, told again where it was not', async () => {
  fulfil = [answering(503, {}), fulfilled]
  expect([await ends(), await ends()]).toEqual(['again', 'done'])
  expect([fulfilments, looks]).toEqual([1, 1])
})

test('what the warehouse has in hand is not told again', async () => {
  fulfil = [answering(503, {}), fulfilled]
  look = [answering(200, { state: 'at work' }), answering(200, { state: 'fulfilled' })]
  expect([await ends(), await ends(), await ends()]).toEqual(['again', 'again', 'done'])
  expect(fulfilments).toBe(0)
})

test('a refusal did nothing: parked, and told again without a look when somebody has mended it', async () => {
  fulfil = [answering(401, {}), fulfilled]
  expect([await ends(), await ends()]).toEqual(['park', 'done'])
  expect([fulfilments, looks]).toEqual([1, 0])
})

test('a look that is cut short by the end of the process leaves it owed', async () => {
  fulfil = [lost]
  look = [() => closing.abort()]
  expect([await ends(), await ends()]).toEqual(['again', 'again'])
  expect(fulfilments).toBe(1)
})
