/** Express 4's JSON parser leaves `{}` at what it does not parse: two such bodies were one, and the second was lost. */
import express4 from 'express4'
import type { Request, Response } from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { idempotency, memory } from 'truce/idempotency'
import { service } from 'truce/server'
import { contextOf, guarded, problems } from 'truce/server/express'
import { httpIdempotency } from 'truce/server/idempotency'
import { expect, onTestFinished, test } from 'vitest'
import { ask, textOf } from './ask.js'

test.each(['text/xml', 'multipart/form-data; boundary=b'])('%s under one key is two requests', async (type) => {
  const keyed = httpIdempotency({ engine: idempotency({ store: memory(), ttl: '1h' }), tenant: () => 'acme' })
  const create = service('xml', { idempotency: keyed }).operation('create', {
    effect: 'write',
    idempotency: { key: 'required', mode: 'derived-key' },
  })
  const app = express4()
  app.use(express4.json())
  app.post('/', guarded(create), (request: Request, response: Response) => {
    void textOf(request).then((body) => response.status(201).send(`${contextOf(request).key}: ${body}`))
  })
  app.use(problems())
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const post = (body: string) =>
    ask(url, { method: 'POST', body, headers: { 'Idempotency-Key': 'order-1', 'Content-Type': type } })
  expect(await post('<tea/>')).toMatchObject({ status: 201, body: 'order-1: <tea/>' })
  expect(await post('<coffee/>')).toMatchObject({ status: 422 })
  expect(await post('<tea/>')).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
})
