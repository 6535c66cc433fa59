/**
 * Listen: a TCP server of a test's own, gone with all its connections when the test ends.
 *
 * @module
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Starts it on a free port of 127.0.0.1. */
export async function listen(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A port at which nobody listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Accepts a connection and says nothing. */
export const silence = (): void => {}

/** Resets a connection at its first byte. */
export const resetAtOnce = (socket: Socket): void => void socket.once('data', () => socket.resetAndDestroy())

/** What `attempt` throws; a success fails the test. */
export async function thrownBy(attempt: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await attempt()
  } catch (error) {
    return error
  }
  throw new Error('The attempt succeeded; the server did not misbehave.')
}
