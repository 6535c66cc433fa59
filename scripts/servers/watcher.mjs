/**
 * The process that holds a test server and its folder, and ends both when the process it works for is gone.
 *
 * A test that is killed (a timeout, Ctrl+C twice, the kernel short of memory) runs none of its clean-up: without
 * a process beside it that notices, each such end would leave a server on its port and its data in the temporary
 * folder. The channel to the parent is the signal: the system closes it however the parent ends.
 *
 * Started by watched.mjs, with the settings as its one argument.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import path from 'node:path'
import { destroy, proceed, suspend } from './processes.mjs'

/** How long a server may take to end by itself before it is killed, in milliseconds. */
const GRACE = 10_000

/** @type {import('./watched.mjs').Settings} */
const { prefix, account, quit } = JSON.parse(process.argv[2] ?? '')

/** @type {import('node:child_process').ChildProcess | undefined} */
let server

// Ctrl+C goes to every process of the terminal: this one ends after its parent has.
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => {})

// The parent may have gone before this line: then nobody is told of it.
if (!process.connected) process.exit()

const folder = mkdtempSync(prefix)
if (account) chownSync(folder, account.uid, account.gid)

/** @type {Record<string, (...args: never[]) => unknown>} */
const calls = {
  open: () => folder,

  /**
   * @param {string} command
   * @param {readonly string[]} args
   */
  async start(command, args) {
    const log = openSync(path.join(folder, 'log'), 'w')
    const env = { PATH: process.env['PATH'], LC_ALL: 'C' }
    const started = spawn(command, args, { cwd: folder, stdio: ['ignore', log, log], env, ...account })
    closeSync(log)
    if (started.pid === undefined) throw (await once(started, 'error'))[0]
    server = started.once('exit', (code, signal) => {
      server = undefined
      tell({ ended: { code, signal } })
    })
    return started.pid
  },

  suspend: () => suspend(running().pid),
  proceed: () => proceed(running().pid),
  kill: () => kill(running()),
  end,
}

process.on('message', (/** @type {{ id: number, call: string, args: never[] }} */ { id, call, args }) => {
  // Begun at once: when the parent goes next, what it had started is known.
  const called = (async () => calls[call]?.(...args))()
  called.then(
    (value) => tell({ id, value }),
    (/** @type {unknown} */ error) => tell({ id, error: String(error) }),
  )
})

// The parent wants no more of it, or is gone.
process.on('disconnect', () => {
  void end(quit).then(() => {
    // Processes that have just been told to end may still write here.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    process.exit()
  })
})

/** @param {object} message */
function tell(message) {
  if (process.connected) process.send?.(message, () => {}) // the parent may go while it is under way
}

function running() {
  if (server?.pid === undefined) throw new Error('The server is not running.')
  return { pid: server.pid, gone: once(server, 'exit') }
}

/** @param {ReturnType<typeof running>} server */
async function kill({ pid, gone }) {
  await destroy(pid)
  await gone
}

/** @param {NodeJS.Signals} signal that ends it in order */
async function end(signal) {
  if (!server) return
  const { pid, gone } = running()
  if (signal === 'SIGKILL') return kill({ pid, gone })
  server.kill(signal)
  proceed(pid) // what is stopped takes no other signal
  const overdue = setTimeout(() => void destroy(pid), GRACE)
  await gone
  clearTimeout(overdue)
}
