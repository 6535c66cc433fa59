/** What a process does while an execution is under way can be seen only from one of its own. */
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truce-process-'))
  await build({
    entryPoints: [fileURLToPath(new URL('index.ts', import.meta.url))],
    outfile: join(folder, 'idempotency.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the script with an engine `orders` on `store`; one that does not end by itself fails. */
async function inProcess(script: string): Promise<string> {
  const all = `
    import { idempotency, memory } from ${JSON.stringify(join(folder, 'idempotency.mjs'))}
    const request = { tenant: 'a', operation: 'o', key: 'k', payload: null, mode: 'derived-key' }
    const store = memory()
    const on = (store, options) => idempotency({ store, ttl: '1h', ...options })
    ${script}`
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', all], { timeout: 30_000 })
  expect(stderr).toBe('')
  return stdout.trim()
}

// A wait whose timer does not count let a script end with code 13 in the middle of it.
test('a duplicate that waits keeps the process alive', async () => {
  const script = `
    void on(store).execute(request, () => new Promise(() => {}))
    const { error } = await on(store).outcome({ ...request, wait: 200 }, () => 1)
    console.log(error.code)`
  expect(await inProcess(script)).toBe('TRUCE_IN_PROGRESS')
})

test('so does a duplicate that looks by itself', async () => {
  const script = `
    void on(store).execute(request, () => new Promise(() => {}))
    const { error } = await on({ ...store, changed: undefined }).outcome({ ...request, wait: 200 }, () => 1)
    console.log(error.code)`
  expect(await inProcess(script)).toBe('TRUCE_IN_PROGRESS')
})

test('so does a pause before the store is asked again, and a store that does not answer', async () => {
  const script = `
    const failing = { ...store, begin: async () => { throw new Error('reset') } }
    const hanging = { ...store, begin: () => new Promise(() => {}) }
    for (const each of [failing, hanging]) {
      const { error } = await on(each, { storeTimeout: 50, lease: 300, wait: 200 }).outcome(request, () => 1)
      console.log(error.code)
    }`
  expect(await inProcess(script)).toBe('TRUCE_STORE_UNAVAILABLE\nTRUCE_STORE_UNAVAILABLE')
})

test('so does recording a result', async () => {
  const script = `
    let tries = 0
    const complete = async (...args) => {
      if (++tries < 3) throw new Error('reset')
      return store.complete(...args)
    }
    console.log(await on({ ...store, complete }).execute(request, () => 'done'), tries)`
  expect(await inProcess(script)).toBe('done 3')
})

test('work that is over keeps nothing alive: no lease, no timeout', async () => {
  const script = `
    const orders = on(store, { lease: '1h', timeout: '1h' })
    console.log(await orders.execute(request, () => 'done'), process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length)`
  expect(await inProcess(script)).toBe('done 0')
})

test('work that waits for nothing that lives does not keep it: its watch does not count', async () => {
  const script = `
    void on(store).execute(request, () => new Promise(() => {}))
    process.on('exit', (code) => console.log('ended', code))`
  expect(await inProcess(script)).toBe('ended 0')
})

test('a store that throws where it should reject ends no process', async () => {
  const script = `
    process.on('unhandledRejection', (error) => console.log('unhandled', error.message))
    const renew = () => { throw new Error('renew') }
    const orders = on({ ...store, renew }, { lease: 100 })
    console.log(await orders.execute(request, () => new Promise((end) => setTimeout(end, 50, 'done'))))`
  expect(await inProcess(script)).toBe('done')
})
