/**
 * A temporary folder and the one process that runs in it, both gone soon after the process that asked for them.
 *
 * This is the side of who asks; watcher.mjs is the process that holds the two.
 *
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {{ uid: number, gid: number }} Account
 *
 * @typedef {object} Settings
 * @property {string} prefix of the folder's path
 * @property {Account | undefined} account whom the folder belongs to and who runs the process; else oneself
 * @property {NodeJS.Signals} quit ends the process at once when its data are not needed any more
 *
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ended
 *
 * @typedef {Awaited<ReturnType<typeof watched>>} Watched
 */

const WATCHER = fileURLToPath(new URL('watcher.mjs', import.meta.url))

/**
 * @param {object} options
 * @param {string} options.name begins the folder's name
 * @param {Account | undefined} options.account
 * @param {NodeJS.Signals} options.quit
 */
export async function watched({ name, account, quit }) {
  const watcher = watch({ prefix: path.join(tmpdir(), `truce-${name}-`), account, quit })
  const folder = /** @type {string} */ (await watcher.call('open'))

  /** The last that the process printed. */
  const log = () => readFileSync(path.join(folder, 'log'), 'utf8').slice(-4_000).trim()

  /**
   * @param {string} command
   * @param {readonly string[]} args
   */
  async function start(command, args) {
    const ended = watcher.nextEnd()
    return { pid: /** @type {number} */ (await watcher.call('start', command, args)), ended }
  }

  return {
    folder,
    log,
    start,
    /**
     * Runs a command to its end.
     *
     * @param {string} command
     * @param {readonly string[]} args
     */
    async run(command, args) {
      const { ended } = await start(command, args)
      const { code, signal } = await watcher.awake(ended)
      if (code !== 0) throw new Error(`${path.basename(command)} ended with ${code ?? signal}:\n${log()}`)
    },
    suspend: () => watcher.call('suspend'),
    proceed: () => watcher.call('proceed'),
    kill: () => watcher.call('kill'),
    /** @param {NodeJS.Signals} signal that ends it in order */
    end: (signal) => watcher.call('end', signal),
    /** Ends what runs and removes the folder. */
    remove: () => watcher.dismiss(),
    awake: watcher.awake,
  }
}

/**
 * The watcher, and calls to it.
 *
 * @param {Settings} settings
 */
function watch(settings) {
  // Detached: what kills this process together with its group leaves the watcher to tidy up.
  const child = fork(WATCHER, [JSON.stringify(settings)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: { PATH: process.env['PATH'] }, // no NODE_OPTIONS: a loader or debugger is meant for the parent
  })
  /** @type {Map<number, (answer: { value?: unknown, error?: string }) => void>} */
  const waiting = new Map()
  /** @type {(end: Ended) => void} */
  let ended = () => {}
  let calls = 0
  let held = 0

  child.on('message', (message) => {
    const { id, ...answer } = /** @type {{ id: number, value?: unknown, error?: string, ended?: Ended }} */ (message)
    if (answer.ended) ended(answer.ended)
    else waiting.get(id)?.(answer)
  })
  child.on('error', () => {}) // a call that could not be sent: the exit tells all of them
  const gone = once(child, 'exit').then(() => {
    for (const settle of waiting.values()) settle({ error: 'its watcher has ended' })
    ended({ code: null, signal: null })
  })

  /**
   * Keeps this process alive until then; a server that nobody waits for does not.
   *
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  async function awake(promise) {
    if (held++ === 0) refer('ref')
    try {
      return await promise
    } finally {
      if (--held === 0) refer('unref')
    }
  }

  /** @param {'ref' | 'unref'} how */
  function refer(how) {
    child[how]()
    child.channel?.[how]()
  }

  /**
   * @param {string} call
   * @param {...unknown} args
   */
  async function ask(call, ...args) {
    const id = calls++
    const { value, error } = await new Promise((resolve) => {
      if (!child.connected) return resolve({ error: 'its watcher has ended' })
      waiting.set(id, resolve)
      child.send({ id, call, args })
    })
    waiting.delete(id)
    if (error !== undefined) throw new Error(error)
    return value
  }

  return {
    awake,
    /** @type {typeof ask} */
    call: (call, ...args) => awake(ask(call, ...args)),
    /** @returns {Promise<Ended>} */
    nextEnd: () => new Promise((resolve) => (ended = resolve)),
    dismiss() {
      if (child.connected) child.disconnect()
      return awake(gone)
    },
  }
}
