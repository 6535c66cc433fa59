/**
 * Socket: requests over one connection of the loopback, several at once.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface Connection {
  /** Sends so many and waits for their answers. */
  send(requests: number): Promise<void>
  close(): Promise<void>
}

/** Requests in one write. */
const BATCH = 10

/** @throws Error where an answer is not 200 */
export async function connection(
  listener: RequestListener,
  headers: Readonly<Record<string, string>>,
): Promise<Connection> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const one = `GET / HTTP/1.1\r\nhost: localhost\r\n${fields.join('')}\r\n`
  let left = 0
  let answered = (): void => {}
  let rest = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    const parts = (rest + text).split('HTTP/1.1 ')
    rest = ''
    left -= parts.length - 1
    if (parts.slice(1).some((part) => !part.startsWith('200'))) throw new Error(`not answered with 200: ${text}`)
    if (left <= 0) answered()
  })
  return {
    async send(requests) {
      for (let sent = 0; sent < requests; sent += BATCH) {
        left = BATCH
        const all = new Promise<void>((resolve) => (answered = resolve))
        socket.write(one.repeat(BATCH))
        await all
      }
    },
    async close() {
      socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
