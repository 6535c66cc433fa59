import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { anotherProcess, exists, told } from './another-process.js'

vi.setConfig({ testTimeout: 60_000 }) // of the system, nothing of ours: several processes are started

const STARTS = `
  import { startRedis } from './redis.mjs'
  const { pid, folder, pause } = await startRedis()
`
const STAYS = `
  process.send({ pid, folder })
  setInterval(() => {}, 1_000)
`

/** What is left of a server whose starter runs `module` and ends by `how`. */
async function leftAfter(module: string, how?: NodeJS.Signals) {
  const starter = anotherProcess(module)
  const { pid, folder } = (await told(starter)) as { pid: number; folder: string }
  if (how) {
    expect([exists(pid), existsSync(folder)]).toEqual([true, true])
    starter.kill(how)
  }
  if (starter.exitCode === null && starter.signalCode === null) await once(starter, 'exit')
  return () => [exists(pid), existsSync(folder)]
}

const soon = { timeout: 20_000 }

test.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGINT'])(
  'a starter that ends by %s leaves no server and no folder',
  async (how) => {
    await expect.poll(await leftAfter(STARTS + STAYS, how), soon).toEqual([false, false])
  },
)

test('neither does one that has paused its server', async () => {
  await expect.poll(await leftAfter(`${STARTS} await pause(); ${STAYS}`, 'SIGKILL'), soon).toEqual([false, false])
})

test('neither does one that throws', async () => {
  const module = `${STARTS} process.send({ pid, folder }, () => process.exit(3))`
  await expect.poll(await leftAfter(module), soon).toEqual([false, false])
})

test('a server that was not stopped keeps nobody alive', async () => {
  const module = `${STARTS} process.send({ pid, folder }, () => process.disconnect())`
  await expect.poll(await leftAfter(module), soon).toEqual([false, false])
})
