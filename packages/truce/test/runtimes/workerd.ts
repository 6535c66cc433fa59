/**
 * workerd: the runtime of Cloudflare Workers, from npm, as a process of its own on loopback.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

const require = createRequire(import.meta.url)

export interface Workerd {
  readonly url: string
  close(): Promise<void>
}

/** With `local` alone a worker reaches loopback, and a mistake in a test nothing else. */
const config = (date: string) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "${date}",
);`

/**
 * @param code of the worker, a module
 * @param date its compatibility date: workerd behaves as it did then
 */
export async function startWorkerd(code: string, date: string): Promise<Workerd> {
  const folder = mkdtempSync(join(tmpdir(), 'truce-workerd-'))
  writeFileSync(join(folder, 'worker.js'), code)
  writeFileSync(join(folder, 'config.capnp'), config(date))
  const { default: program } = require('workerd') as { default: string }
  const child = spawn(program, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const close = async (): Promise<void> => {
    // Asked politely it waits for requests that hang: after a test that failed, for ever.
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit')
    rmSync(folder, { recursive: true })
  }
  const port = await portOf(child, () => said).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return { url: `http://127.0.0.1:${port}`, close }
}

/** workerd says on its control channel where it listens. */
function portOf(child: ChildProcess, said: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    const control = child.stdio[3] as Readable
    control.setEncoding('utf8').on('data', (part: string) => {
      text += part
      for (const line of text.split('\n').slice(0, -1)) {
        const { event, port } = JSON.parse(line) as { event: string; port?: number }
        if (event === 'listen' && port !== undefined) resolve(port)
      }
    })
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}: ${said()}`)))
    child.once('error', reject)
  })
}
