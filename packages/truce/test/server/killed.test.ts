/** A process that dies between effect, record and answer: what the repeat meets in the next one. */
import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { exchange, type Got } from './exchange.js'

let folder = ''
let script = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'truce-killed-'))
  script = path.join(folder, 'mortal-service.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('mortal-service.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    plugins: [
      {
        // A native module, which no bundle holds; it is resolved from this package.
        name: 'libsql-of-this-package',
        setup: (on) => {
          on.onResolve({ filter: /^libsql$/ }, () => ({ path: import.meta.resolve('libsql'), external: true }))
        },
      },
    ],
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Started {
  readonly url: string
  readonly ended: Promise<unknown>
}

async function start(name: string, when = 'never'): Promise<Started> {
  const child = spawn(process.execPath, [script, `${path.join(folder, name)}.db`, path.join(folder, name), when], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: `http://127.0.0.1:${Number(port.toString())}`, ended }
}

const send = ({ url }: Started, mode: string) =>
  exchange(url, { path: `/${mode}`, headers: [['Idempotency-Key', 'order-1']] })

/** As a client does that was told 409 with a time to come back: with the same key, until it is told something else. */
async function repeat(service: Started, mode: string): Promise<Got> {
  for (let tries = 0; ; tries++) {
    const got = await send(service, mode)
    if (!got.text.includes('in-progress') || tries > 20) return got
  }
}

const effectsOf = async (name: string) => (await readFile(path.join(folder, name), 'utf8')).trim().split('\n')

test.for([
  ['derived-key', 'record', 201, 'true', 1],
  ['at-most-once', 'record', 201, 'true', 1],
  // It runs again, and what it calls knows the key: one charge.
  ['derived-key', 'effect', 201, undefined, 2],
  // Nobody knows, and nothing runs.
  ['at-most-once', 'effect', 409, undefined, 1],
] as const)('%s, killed after its %s: the repeat is %i', async ([mode, when, status, replayed, runs]) => {
  const name = `${mode}-${when}`
  const first = await start(name, when)
  await expect(send(first, mode)).rejects.toThrow(/closed without an answer|ECONNRESET/)
  await first.ended
  const second = await start(name)
  const got = await repeat(second, mode)
  expect([got.status, got.header('idempotent-replayed')]).toEqual([status, replayed])
  if (status === 409) expect(JSON.parse(got.text)).toMatchObject({ type: 'urn:truce:problem:outcome-unknown' })
  const effects = await effectsOf(name)
  expect([effects.length, new Set(effects).size]).toEqual([runs, 1])
})
