/**
 * Ask: requests over real sockets, as a caller sends them and as none should.
 *
 * @module
 */
import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface Asked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Question {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
}

/** Sends a request. @param agent without one, its connection is its own */
export function send(
  url: string,
  { method = 'GET', path = '/', headers = {}, body, agent }: Question = {},
): ClientRequest {
  const going = request(new URL(path, url), { method, headers, agent: agent ?? false })
  going.on('error', () => {})
  going.end(body)
  return going
}

/** Sends a request and reads its answer. @throws what breaks the connection */
export async function ask(url: string, question?: Question): Promise<Asked> {
  const going = send(url, question)
  const [response] = (await once(going, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) }
}

export async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

/** A connection on which anything can be said. */
export async function rawSocket(url: string, allowHalfOpen = false): Promise<Socket> {
  const { port } = new URL(url)
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** All that comes on a connection until it ends. */
export async function allOf(socket: Socket): Promise<string> {
  let all = ''
  socket.setEncoding('latin1').on('data', (text: string) => (all += text))
  await once(socket, 'close')
  return all
}
