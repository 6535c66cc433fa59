import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { accountFor, postgresUser } from './account.mjs'
import { anotherProcess, exists, told } from './another-process.js'
import { findPostgres } from './postgres.mjs'
import { template } from './template.mjs'

// A slow disk takes seconds to unpack a cluster, and a loaded machine to start a process.
vi.setConfig({ testTimeout: 60_000 })

/** A temporary folder for processes that have no template yet, open to the user that runs Postgres. */
function bareMachine(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-machine-'))
  chmodSync(folder, 0o755)
  if (process.getuid?.() === 0) chmodSync(folder, 0o1777)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }))
  return folder
}

const STARTS = `
  import { startPostgres } from './postgres.mjs'
  const { pid, folder, stop } = await startPostgres()
`

test('processes that start their first servers at once do not disturb each other', async () => {
  const TMPDIR = bareMachine()
  const both = [1, 2].map(() => anotherProcess(`${STARTS} await stop(); process.disconnect()`, { TMPDIR }))
  const codes = await Promise.all(both.map(async (each) => (await once(each, 'exit'))[0] as unknown))
  expect(codes).toEqual([0, 0])
  expect(readdirSync(TMPDIR)).toEqual([expect.stringMatching(/^truce-postgres-.*\.tar$/)])
})

test('a starter that is killed leaves no server and no folder', async () => {
  const starter = anotherProcess(`${STARTS} process.send({ pid, folder }); setInterval(() => {}, 1_000)`)
  const { pid, folder } = (await told(starter)) as { pid: number; folder: string }
  expect([exists(pid), existsSync(folder)]).toEqual([true, true])
  starter.kill('SIGKILL')
  await expect.poll(() => [exists(pid), existsSync(folder)], { timeout: 20_000 }).toEqual([false, false])
})

test('a starter that is killed while it makes the template leaves nothing', async () => {
  const TMPDIR = bareMachine()
  const starter = anotherProcess(STARTS, { TMPDIR })
  const initialises = () =>
    readdirSync(TMPDIR).some((name) => existsSync(path.join(TMPDIR, name, 'data', 'PG_VERSION')))
  await expect.poll(initialises, { timeout: 20_000, interval: 5 }).toBe(true)
  starter.kill('SIGKILL')
  await expect.poll(() => readdirSync(TMPDIR), { timeout: 20_000 }).toEqual([])
})

test('a template that others may have written is not used', async () => {
  const TMPDIR = bareMachine()
  const ours = await template(findPostgres(), accountFor(process.getuid?.(), postgresUser))
  const theirs = path.join(TMPDIR, path.basename(ours))
  copyFileSync(ours, theirs)
  chmodSync(theirs, 0o666)
  const module = `
    import { startPostgres } from './postgres.mjs'
    await startPostgres().catch((error) => process.send(error.message, () => process.disconnect()))
  `
  expect(await told(anotherProcess(module, { TMPDIR }))).toBe(`checking ${theirs} failed`)
})
