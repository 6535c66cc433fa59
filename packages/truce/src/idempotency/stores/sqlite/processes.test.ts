/**
 * Several processes on one file: real ones, that begin when all of them are there.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { claimOf, isGranted, LONG } from '../../../../test/idempotency/at-hand.js'
import type { Begun } from '../../../policy/idempotency/record.js'
import { sqlite } from './index.js'
import { openDatabase } from './open.js'

// Beside the package: it resolves libsql from there.
const folder = mkdtempSync(join(tmpdir(), 'truce-processes-'))
const program = join(folder, 'claimer.mjs')
const children: ChildProcess[] = []

beforeAll(async () => {
  const from = JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))
  await build({
    stdin: {
      contents: `
        import { sqlite } from ${from}
        const store = sqlite(process.argv[2])
        process.on('message', async ({ scopes, claim, complete }) => {
          const answers = []
          for (const scope of scopes) {
            const answer = await store.begin(scope, { ...claim, run: String(process.pid) })
            if (complete && answer.is === 'granted')
              await store.complete(scope, { fence: answer.fence, outcome: String(process.pid), ttl: claim.ttl })
            answers.push(answer)
          }
          process.send(answers)
        })
        await store.ready()
        process.send('ready')`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    plugins: [
      {
        name: 'libsql-of-this-package',
        setup: (on) => {
          on.onResolve({ filter: /^libsql$/ }, () => ({ path: import.meta.resolve('libsql'), external: true }))
        },
      },
    ],
  })
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function processesOn(file: string, count: number): Promise<ChildProcess[]> {
  const started = Array.from({ length: count }, () => fork(program, [file]))
  children.push(...started)
  await Promise.all(started.map((child) => once(child, 'message')))
  return started
}

async function ask(child: ChildProcess, scopes: readonly string[], complete: boolean): Promise<Begun[]> {
  const answered = once(child, 'message')
  child.send({ scopes, claim: claimOf({ mode: 'derived-key' }), complete })
  return (await answered)[0] as Begun[]
}

test('of several processes exactly one is granted each key', { timeout: 60_000 }, async () => {
  const file = join(folder, 'claims.db')
  const processes = await processesOn(file, 4)
  const scopes = Array.from({ length: 50 }, (_, i) => `key-${i}`)

  const answers = await Promise.all(processes.map((child) => ask(child, scopes, false)))

  for (const [i] of scopes.entries()) {
    const granted = answers.map((of) => of[i]).filter((answer) => answer?.is === 'granted')
    expect(granted).toHaveLength(1)
    for (const of of answers) expect(of[i]).toMatchObject({ fence: granted[0]?.fence })
  }
})

test('what one process completed is replayed by the others', { timeout: 60_000 }, async () => {
  const file = join(folder, 'results.db')
  const processes = await processesOn(file, 3)
  const scopes = Array.from({ length: 20 }, (_, i) => `key-${i}`)

  await Promise.all(processes.map((child) => ask(child, scopes, true)))
  const replayed = await Promise.all(processes.map((child) => ask(child, scopes, true)))

  for (const [i] of scopes.entries()) {
    const [first, ...others] = replayed.map((of) => of[i])
    expect(first).toMatchObject({ is: 'completed' })
    for (const other of others) expect(other).toEqual({ ...first, now: expect.any(Number) })
  }
})

test('a wait ends when another process completes', { timeout: 60_000 }, async () => {
  const file = join(folder, 'waits.db')
  const [child] = (await processesOn(file, 1)) as [ChildProcess]
  const store = sqlite(file)
  const { fence } = isGranted(await store.begin('gone', claimOf({ lease: 1 })))
  const wait = store.changed?.('key', LONG, new AbortController().signal)

  const [answer] = await ask(child, ['key'], true)

  await expect(wait).resolves.toBeUndefined()
  expect(await store.look('key')).toMatchObject({ is: 'completed', fence: isGranted(answer as Begun).fence })
  await store.abandon('gone', { fence, as: 'forget' })
  await store.close()
})

test(
  'a process that dies within a transaction leaves nothing, and its claim to nobody',
  { timeout: 60_000 },
  async () => {
    const file = join(folder, 'dies.db')
    const store = sqlite(file)
    await store.ready()
    const dying = join(folder, 'dying.mjs')
    await build({
      stdin: {
        contents: `
        import Libsql from ${JSON.stringify(import.meta.resolve('libsql'))}
        const db = new Libsql(process.argv[2])
        db.exec('BEGIN IMMEDIATE')
        db.exec("INSERT INTO truce_idempotency VALUES ('key','p',2,0,9,'r',1,0,9e15,1,0,9e15,NULL,'')")
        process.send('within')
        setInterval(() => {}, 1000)`,
      },
      format: 'esm',
      platform: 'node',
      outfile: dying,
    })
    const child = fork(dying, [file])
    children.push(child)
    await once(child, 'message')
    const begun = store.begin('key', claimOf()) // waits for the lock that the child holds
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited

    expect(isGranted(await begun)).toMatchObject({ takeover: false })
    await store.close()
  },
)

test('while another connection writes the process goes on, and says what is wrong when it never ends', async () => {
  const file = join(folder, 'locked.db')
  const patient = sqlite(file)
  await patient.ready()
  const hasty = sqlite(file, { busy: 30 })
  await hasty.ready()
  const { database: other } = await openDatabase(file) // by the same client: two copies of SQLite share no locks
  other.exec('BEGIN IMMEDIATE')

  const waiting = patient.begin('key', claimOf())
  await expect(hasty.begin('key', claimOf())).rejects.toThrow(/write lock for 30 ms.*nothing was done.*option busy/)
  let turns = 0
  const beat = setInterval(() => turns++, 1)
  while (turns < 20) await new Promise((resolve) => setImmediate(resolve))
  clearInterval(beat)
  other.exec('COMMIT')

  isGranted(await waiting)
  other.close()
  await patient.close()
  await hasty.close()
})
