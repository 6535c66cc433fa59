import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { freePort, HOST } from './port.mjs'
import { startServer } from './server.mjs'

/** A server of shell: `script(turn)` is what it runs, the first time and the times after. */
function shell(script: (turn: number) => string) {
  const ports: number[] = []
  const started = startServer({
    name: 'Shell',
    account: undefined,
    command: 'sh',
    args: (port) => ['-c', script(ports.push(port))],
    url: (port) => `shell://${HOST}:${port}`,
    end: 'SIGTERM',
    quit: 'SIGKILL',
    prepare: () => Promise.resolve(),
    ready: () => Promise.resolve(ports.length === 2),
  })
  return { started, ports }
}

test('where another process has taken the port meanwhile, it is started on another', async () => {
  const { started, ports } = shell((turn) => (turn === 1 ? 'echo bind: Address already in use; exit 1' : 'sleep 60'))
  const server = await started
  await server.stop()
  expect(ports).toHaveLength(2)
  expect(server.port).toBe(ports[1])
  expect(ports[0]).not.toBe(ports[1])
})

test('any other end is told, with what it printed', async () => {
  const { started } = shell(() => 'echo no space left; exit 7')
  await expect(started).rejects.toThrow('Starting Shell failed: it ended with 7.\nno space left')
})

test('a program that cannot be run is told', async () => {
  const { started } = shell(() => 'exec /nowhere/at/all')
  await expect(started).rejects.toThrow(/ended with 12[67]\..*\/nowhere\/at\/all/s)
})

test('a free port is one that nobody listens on', async () => {
  const taken = createServer().listen(await freePort(), HOST)
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const free = await Promise.all(Array.from({ length: 50 }, freePort))
  expect(free).not.toContain(port)
  taken.close()
})
