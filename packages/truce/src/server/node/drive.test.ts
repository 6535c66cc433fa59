/** What a request goes through on node:http; by the listener, whatever drives it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ask, send } from '../../../test/server/ask.js'
import { gate } from '../../../test/server/key-laws.js'
import { scriptedKeys } from '../../../test/server/scripted-keys.js'
import { service } from '../service.js'
import { listener, type NodeHandler } from './listener.js'

const KEYED = { method: 'POST', headers: { 'Idempotency-Key': 'k' } }

async function scene(handler: NodeHandler) {
  const keys = scriptedKeys(4)
  const operation = service(`drive-${Math.random()}`, { idempotency: keys }).operation('reserve', {
    effect: 'write',
    idempotency: 'keys',
  })
  const answering = listener(operation, handler)
  const passed: unknown[] = []
  const server = createServer((request, response) => {
    Promise.resolve(answering(request, response)).catch((error: unknown) => {
      passed.push(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end('ours')
    })
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    passed,
    counters: operation.counters,
  }
}

const BUG = new Error('a bug')

test('an answer that breaks off in its middle is passed on as broken: no caller takes it for whole', async () => {
  const { url, keys, passed, counters } = await scene((_request, response) => {
    response.write('longer than is held')
    response.write('and more')
    throw BUG
  })
  await expect(ask(url, KEYED)).rejects.toThrow('aborted')
  expect([keys.log, passed]).toEqual([['begin k', 'threw k a bug'], [BUG]])
  await expect.poll(() => counters.inFlight).toBe(0)
})

test('an error for which the key has an answer is answered by it, and passed to nobody', async () => {
  const { url, keys, passed } = await scene(() => Promise.reject(BUG))
  keys.answersErrors = true
  expect(await ask(url, KEYED)).toMatchObject({ status: 422, body: 'refused for good' })
  expect(passed).toEqual([])
})

test('an error behind the answer that was sent in the handler’s place is told to the key alone', async () => {
  const [began, goOn] = [gate(), gate()]
  const { url, keys, passed, counters } = await scene(async () => {
    began.open()
    await goOn.passed
    throw BUG
  })
  const going = ask(url, KEYED)
  await began.passed
  keys.giveUp()
  expect(await going).toMatchObject({ status: 409, body: 'nobody knows' })
  goOn.open()
  await expect.poll(() => keys.log).toEqual(['begin k', 'threw k a bug'])
  expect([passed, counters.inFlight]).toEqual([[], 0])
})

test('a body that cannot be taken is refused without the handler', async () => {
  const { url, keys } = await scene((_request, response) => response.end('ran'))
  const answer = await ask(url, { ...KEYED, body: 'x'.repeat(5_000) })
  expect(answer).toMatchObject({ status: 413, body: 'BodyTooLargeError' })
  expect(keys.log).toEqual(['begin k'])
})

test('a caller that leaves before its key is claimed is counted out, and harms nobody', async () => {
  const { url, counters } = await scene((_request, response) => response.end('ran'))
  const going = send(url, { ...KEYED, headers: { ...KEYED.headers, 'Content-Length': '9' } })
  await expect.poll(() => counters.requests).toBe(1)
  going.destroy()
  await expect.poll(() => counters.inFlight).toBe(0)
  expect((await ask(url, { method: 'POST' })).body).toBe('ran')
})
