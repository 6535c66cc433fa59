/**
 * A server of a test: one of its own, that the test may pause, kill and restart.
 *
 * What Truce promises about a store is promised for its bad days. A server shared with other tests, or the
 * machine's own, cannot have any.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StepError } from '../run.mjs'
import { HOST, freePort } from './port.mjs'
import { watched } from './watched.mjs'

/**
 * @typedef {object} Server
 * @property {string} url for its clients
 * @property {string} host
 * @property {number} port the same for all its life
 * @property {number} pid another one after each restart
 * @property {string} folder of its data
 * @property {() => Promise<void>} pause stops it where it stands: connections stay, nothing answers (SIGSTOP)
 * @property {() => Promise<void>} resume lets it go on (SIGCONT)
 * @property {() => Promise<void>} restart ends it in order, where it still runs, and starts it on the same data
 * @property {() => Promise<void>} kill ends it as a crash does (SIGKILL); its data stay for a restart
 * @property {() => Promise<void>} stop ends it and removes its folder
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {import('./watched.mjs').Account | undefined} account
 * @property {string} command
 * @property {(port: number, folder: string) => readonly string[]} args
 * @property {(port: number) => string} url
 * @property {NodeJS.Signals} end ends it in order
 * @property {NodeJS.Signals} quit ends it without its data
 * @property {(held: import('./watched.mjs').Watched) => Promise<void>} prepare makes its data
 * @property {(folder: string) => void} [tidy] gives back what it holds outside its folder after a kill
 * @property {(at: { port: number, pid: number, folder: string }) => Promise<boolean>} ready does this process answer?
 */

/** How long a server may take until it answers, in milliseconds: the recovery of a slow disk included. */
const PATIENCE = 60_000

/** How many ports are tried. */
const PORTS = 10

/**
 * @param {Kind} kind
 * @returns {Promise<Server>}
 */
export async function startServer(kind) {
  const { name, account, quit } = kind
  if (process.platform === 'win32') throw new StepError(`starting ${name}`, 'Windows cannot pause one: use WSL.')
  const held = await watched({ name: name.toLowerCase(), account, quit })
  try {
    await kind.prepare(held)
    return await start(kind, held)
  } catch (error) {
    await held.remove()
    throw error
  }
}

/**
 * @param {Kind} kind
 * @param {import('./watched.mjs').Watched} held
 * @returns {Promise<Server>}
 */
async function start(kind, held) {
  const { port, ...first } = await onFreePort(kind, held)
  let { pid } = first
  let stopped = false

  /** @param {() => Promise<unknown>} act */
  const unlessStopped = async (act) => {
    if (stopped) throw new Error(`${kind.name} was stopped and its data removed: start another.`)
    await act()
  }

  return {
    url: kind.url(port),
    host: HOST,
    port,
    get pid() {
      return pid
    },
    folder: held.folder,
    pause: () => unlessStopped(() => held.suspend()),
    resume: () => unlessStopped(() => held.proceed()),
    kill: () => unlessStopped(() => held.kill()),
    restart: () =>
      unlessStopped(async () => {
        await held.end(kind.end)
        pid = await launch(kind, held, port)
      }),
    async stop() {
      if (stopped) return
      stopped = true
      await held.end(kind.quit)
      kind.tidy?.(held.folder)
      await held.remove()
    },
  }
}

/**
 * @param {Kind} kind
 * @param {import('./watched.mjs').Watched} held
 */
async function onFreePort(kind, held) {
  for (let left = PORTS; ; left--) {
    const port = await freePort()
    try {
      return { port, pid: await launch(kind, held, port) }
    } catch (error) {
      // Another process took the port between our look and the start.
      if (left <= 1 || !/address already in use/i.test(String(error))) throw error
    }
  }
}

/**
 * @param {Kind} kind
 * @param {import('./watched.mjs').Watched} held
 * @param {number} port
 * @returns {Promise<number>} its process id, when it answers
 */
async function launch(kind, held, port) {
  const { folder } = held
  const { pid, ended } = await held.start(kind.command, kind.args(port, folder))
  let end = /** @type {import('./watched.mjs').Ended | undefined} */ (undefined)
  void ended.then((how) => (end = how))
  const until = performance.now() + PATIENCE
  while (!(await kind.ready({ port, pid, folder }))) {
    /** @param {string} what */
    const failed = (what) => new Error(`Starting ${kind.name} failed: it ${what}\n${held.log()}`)
    if (end) throw failed(`ended with ${end.code ?? end.signal}.`)
    if (performance.now() > until) throw failed(`did not answer within ${PATIENCE / 1000} s.`)
    await sleep(10)
  }
  return pid
}
