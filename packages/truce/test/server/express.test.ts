import express from 'express'
import express4 from 'express4'
import type { RequestHandler, Response } from 'express'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { contextOf, guarded, problems } from 'truce/server/express'
import { describe } from 'vitest'
import { textOf } from './ask.js'
import { type Answering, conformance, type Framework } from './conformance.js'
import { parsedText } from './framework.js'

/** As an application of Express answers. */
function answer(
  response: Response,
  { status = 200, headers = {}, body }: Answering,
  next: (error: unknown) => void,
): void {
  response.status(status)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (body === undefined) response.end()
  else if (typeof body === 'string') response.type(response.get('content-type') ?? 'text/plain').send(body)
  else if (body instanceof Uint8Array) response.send(Buffer.from(body))
  else pipeline(Readable.from(body), response, (error) => error && next(error))
}

const framework = (
  name: string,
  make: typeof express,
  before: RequestHandler[],
  after: RequestHandler[],
): Framework => ({
  name,
  unknownError: 500,
  ...(before.length > 0 && { parsesFirst: true, parses: true }),
  async start(operation, scene) {
    const app = make()
    app.set('env', 'test')
    app.disable('etag')
    app.use(...before, guarded(operation), ...after, ((request, response, next) => {
      const body = async () => (request.body === undefined ? textOf(request) : parsedText(request.body))
      const go = async (): Promise<void> => answer(response, await scene(contextOf(request), body), next)
      go().then(undefined, next)
    }) as RequestHandler)
    app.use(problems())
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async close() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  },
})

const noop: RequestHandler = (_request, _response, next) => next()
/** JSON and text are parsed, other bodies stay bytes. */
const parser = (make: typeof express): RequestHandler[] => {
  const limit = '20mb'
  return [make.json({ limit }), make.text({ limit }), make.raw({ limit, type: () => true })]
}

describe('Express 5, bodies parsed afterwards', () => {
  conformance(framework('express-5', express, [], parser(express)))
})
describe('Express 5, bodies parsed before', () => {
  conformance(framework('express-5-parsed', express, parser(express), [noop]))
})
describe('Express 4, bodies parsed afterwards', () => {
  conformance(framework('express-4', express4, [], parser(express4)))
})
describe('Express 4, bodies parsed before', () => {
  conformance(framework('express-4-parsed', express4, parser(express4), [noop]))
})
