/**
 * A port of the loopback for a server that comes and goes.
 *
 * Not one that the system picks (port 0): those are also the source ports of outgoing connections. While the
 * server is down, one of them can take its port, or a client that keeps on dialling connects to itself.
 *
 * @module
 */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

export const HOST = '127.0.0.1'

/** Below the source ports of Linux (from 32768), macOS and Windows (from 49152), above the services of a machine. */
const FIRST = 20_000
const LAST = 32_000

/** One that nobody listens on. */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if (await isFree(port)) return port
  }
}

/** @param {number} port */
async function isFree(port) {
  const probe = createServer().listen(port, HOST)
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}
