import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../../../test/server/ask.js'
import { lateResponse, writesTo } from './late.js'

test('after another’s answer a handler may set what it likes: nothing throws, nothing is sent, all of it is kept', async () => {
  const seen: unknown[] = []
  const server = createServer((_request, response) => {
    response.statusCode = 409
    response.setHeader('x-base', '1')
    const late = lateResponse(response)
    response.end('nobody knows')
    writesTo(response, late)
    seen.push(response.statusCode, response.getHeader('x-base'))
    response.statusCode = 201
    response.setHeader('x-own', '2')
    response.appendHeader('x-own', '3')
    response.removeHeader('x-base')
    seen.push(response.statusCode, late.statusCode, { ...late.getHeaders() }, response.hasHeader('x-own'))
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const answer = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(answer).toMatchObject({ status: 409, body: 'nobody knows', headers: { 'x-base': '1' } })
  expect(answer.headers).not.toHaveProperty('x-own')
  expect(seen).toEqual([409, '1', 201, 201, { 'x-own': ['2', '3'] }, true])
})
