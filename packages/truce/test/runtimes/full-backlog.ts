/**
 * Full backlog: a loopback address at which a connection neither comes about nor fails.
 *
 * A listener in a thread that stands still accepts nothing; once its queue is full, the kernel drops
 * what else wants in. No address outside this machine is needed, and no firewall.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

const LISTENER = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

/** Connections that a backlog of 1 takes: Linux counts one more than it was told. */
const TAKEN = 2

/** @returns its URL; the test's end takes listener and connections away */
export async function fullBacklog(): Promise<string> {
  const thread = new Worker(LISTENER, { eval: true })
  const sockets: Socket[] = []
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await thread.terminate()
  })
  const [port] = (await once(thread, 'message')) as [number]
  for (let taken = 0; taken < TAKEN; taken++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
  }
  return `http://127.0.0.1:${port}/`
}
