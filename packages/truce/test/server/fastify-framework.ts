/**
 * Fastify framework: `route()` on an application of Fastify. It parses JSON and text; other bodies stay bytes.
 *
 * @module
 */
import fastify, { type FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import { contextOf, route } from 'truce/server/fastify'
import { type Answering, type Framework, parsedText } from './framework.js'

function answer(reply: FastifyReply, { status = 200, headers = {}, body }: Answering): unknown {
  reply.code(status)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (body === undefined || typeof body === 'string') return reply.send(body)
  return reply.send(body instanceof Uint8Array ? Buffer.from(body) : Readable.from(body))
}

export const onFastify: Framework = {
  name: 'fastify',
  unknownError: 500,
  parses: true,
  async start(operation, scene) {
    const app = fastify({ bodyLimit: 20_000_000, forceCloseConnections: true, exposeHeadRoutes: false })
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      url: '/*',
      ...route(operation),
      handler: async (request, reply) => {
        await answer(reply, await scene(contextOf(request), async () => parsedText(request.body)))
        return reply
      },
    })
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  },
}
