/**
 * Loopback server: a real node:http server that misbehaves as the test says, and remembers what came.
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Came {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface LoopbackServer {
  readonly url: string
  /** Requests, in order, each once it was read. */
  readonly came: readonly Came[]
  /** Connections accepted so far. */
  readonly connections: number
  /** Resolves when a request's connection was closed before its answer was sent in full. */
  readonly abandoned: Promise<void>
}

/** How one request is answered; the last one answers all further requests. */
export type Answer = (response: ServerResponse, request: IncomingMessage, socket: Socket) => void

/** Starts it; it is closed with all its connections when the test ends. */
export async function loopbackServer(...answers: [Answer, ...Answer[]]): Promise<LoopbackServer> {
  const came: Came[] = []
  let connections = 0
  let abandon = (): void => {}
  const abandoned = new Promise<void>((resolve) => (abandon = resolve))
  const server = createServer((request, response) => {
    const answer = answers[came.length] ?? (answers.at(-1) as Answer)
    const chunks: Buffer[] = []
    response.on('close', () => response.writableFinished || abandon())
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      came.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') })
      answer(response, request, request.socket)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    abandoned,
    get connections() {
      return connections
    },
  }
}

/** Answers with a status, and a body unless it may have none. */
export function status(code: number, body = `status ${code}`, headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(code, headers).end(code === 204 || code === 304 ? undefined : body)
}

/** Reads the request and breaks the connection without an answer. */
export const reset: Answer = (_response, _request, socket) => void socket.resetAndDestroy()

/** Reads the request and never answers. */
export const silence: Answer = () => {}

/** An address at which nobody listens: it was free a moment ago. */
export async function nobodyListens(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
