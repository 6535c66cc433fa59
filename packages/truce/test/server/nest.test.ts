import {
  All,
  Controller,
  type INestApplication,
  Module,
  Req,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { RequestContext, ServedOperation } from 'truce/server'
import { contextOf, guarded, problems } from 'truce/server/nest'
import { describe } from 'vitest'
import { textOf } from './ask.js'
import { type Answering, conformance, type Framework, type Scene } from './conformance.js'
import { parsedText } from './framework.js'

interface NestRequest extends IncomingMessage {
  readonly body?: unknown
  readonly raw?: IncomingMessage
}

interface NestReply {
  readonly raw?: ServerResponse
  status(code: number): unknown
  header(name: string, value: unknown): unknown
}

/** As a controller with `@Res({ passthrough: true })` answers. */
function answer(reply: NestReply, { status = 200, headers = {}, body }: Answering): unknown {
  reply.status(status)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (body === undefined || typeof body === 'string') return body
  return body instanceof Uint8Array ? new StreamableFile(body) : new StreamableFile(Readable.from(body))
}

/** Decorators by hand: the tests are compiled without them. */
function moduleOf(operation: ServedOperation, scene: Scene): new () => object {
  class Reservations {
    async any(request: NestRequest, reply: NestReply): Promise<unknown> {
      const context: RequestContext = contextOf(request)
      const body = async (): Promise<string> =>
        request.body === undefined ? textOf(request.raw ?? request) : parsedText(request.body)
      return answer(reply, await scene(context, body))
    }
  }
  const any = Object.getOwnPropertyDescriptor(Reservations.prototype, 'any') as PropertyDescriptor
  All(['/', ':path'])(Reservations.prototype, 'any', any)
  UseInterceptors(guarded(operation) as never)(Reservations.prototype, 'any', any)
  Req()(Reservations.prototype, 'any', 0)
  Res({ passthrough: true })(Reservations.prototype, 'any', 1)
  Controller()(Reservations)
  class App {
    readonly name = 'reservations'
  }
  Module({ controllers: [Reservations] })(App)
  return App
}

const framework = (
  name: string,
  adapter: () => ExpressAdapter | FastifyAdapter,
  traits: Partial<Framework>,
): Framework => ({
  name,
  unknownError: 500,
  answersUnknown: false,
  ...traits,
  async start(operation, scene) {
    const app: INestApplication = await NestFactory.create(moduleOf(operation, scene), adapter(), { logger: false })
    app.useGlobalFilters(problems())
    await app.listen(0, '127.0.0.1')
    return {
      url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
      async close() {
        ;(app.getHttpServer() as Server).closeAllConnections()
        await app.close()
      },
    }
  },
})

describe('on Express', () => {
  conformance(framework('nest-express', () => new ExpressAdapter(), { parses: true }))
})
describe('on Fastify', () => {
  const adapter = () => new FastifyAdapter({ bodyLimit: 20_000_000, forceCloseConnections: true })
  conformance(framework('nest-fastify', adapter, { parsesFirst: true, parses: true }))
})
