import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ask, type Asked } from '../../../test/server/ask.js'
import type { Answer } from '../incoming.js'
import type { Visit } from '../visit.js'
import { sendAnswer } from './send.js'

const PROBLEM: Answer = {
  status: 409,
  headers: [
    ['content-type', 'application/problem+json'],
    ['content-length', '9999'],
    ['x-own', 'a'],
  ],
  body: Buffer.from('{}'),
}

async function answered(before: (response: ServerResponse) => void, visit?: Pick<Visit, 'headers'>): Promise<Asked> {
  const server = createServer((_request, response) => {
    before(response)
    sendAnswer(response, PROBLEM, visit as Visit | undefined)
    response.end()
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

test('its own body and status are sent, in the place of what was about to be', async () => {
  const { status, headers, body } = await answered((response) => {
    response.statusCode = 201
    response.statusMessage = 'Made'
    response.setHeader('etag', '"1"')
    response.setHeader('content-type', 'text/html')
    response.setHeader('access-control-allow-origin', '*')
  })
  expect([status, body]).toEqual([409, '{}'])
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json',
    'content-length': '2',
    'x-own': 'a',
    'access-control-allow-origin': '*',
  })
  expect(headers).not.toHaveProperty('etag')
})

test('what peers are told besides goes before what the answer says', async () => {
  const asked: number[] = []
  const headers: Visit['headers'] = (status) => {
    asked.push(status)
    return [['x-own', 'told']]
  }
  expect((await answered(() => {}, { headers })).headers['x-own']).toBe('told')
  expect(asked).toEqual([409])
})

test('nothing is sent where something was already', async () => {
  expect(await answered((response) => response.write('half'))).toMatchObject({ status: 200, body: 'half' })
})
