/**
 * Reply: an answer of Truce's own by way of Fastify, so that its hooks and headers (CORS, logs) hold for it too.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../incoming.js'
import { grouped, isFraming } from '../node/headers.js'
import type { Visit } from '../visit.js'

/** What of Fastify's request is needed. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly body?: unknown
}

/** What of Fastify's reply is needed. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  readonly sent: boolean
  code(status: number): unknown
  header(name: string, value: unknown): unknown
  removeHeader(name: string): unknown
  send(payload?: unknown): unknown
}

export function replyWith(reply: FastifyReplyLike, { status, headers, body }: Answer, visit: Visit | undefined): void {
  if (reply.sent) return
  reply.code(status)
  // What the handler has said of its own body.
  for (const name of ['content-type', 'content-length', 'content-encoding']) reply.removeHeader(name)
  const all = visit ? [...headers, ...visit.headers(status)] : headers
  for (const [name, value] of grouped(all)) if (!isFraming(name)) reply.header(name, value)
  // Of an empty buffer Fastify says that it is an octet stream.
  reply.send(
    body === undefined || body.length === 0 ? undefined : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  )
}
