/**
 * Makes a fresh clone ready to run with no more than Node and npm, and does nothing where it is ready.
 *
 * Only `node:` imports here and in what this imports: node_modules may not exist yet. Whether the
 * installed tree is the locked one is read from npm's own record of it, so a lock that changed with
 * the last `git pull` is noticed, and a tree that the developer installed by hand is left alone.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StepError, root, run, step } from './run.mjs'

/** The lowest Node that `engines` allows. */
const NODE = /** @type {const} */ ([20, 19])

/** @param {string} version such as 20.19.0 */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return
  const advice = `This is Node ${version}; Truce needs Node ${NODE.join('.')} or later: https://nodejs.org/en/download`
  throw new StepError('checking Node', advice, 2)
}

/**
 * Not `npm ci`: it refuses a lock without the entries of other platforms' optional packages, which is what
 * npm writes where the registry does not offer them. `npm install` takes the locked versions just the same,
 * and `--no-save` leaves package.json and the lock as they are.
 */
const INSTALL = ['install', '--no-save', '--no-audit', '--no-fund']

/** Installs what package-lock.json says, if that is not what is there. */
export async function install() {
  if (installed(root)) return
  const command = `npm ${INSTALL.join(' ')}`
  await alone(path.join(root, 'out', 'install.pid'), async () => {
    if (!installed(root)) await step(`installing the locked packages: ${command}`, command, () => run('npm', INSTALL))
  })
}

/** Compiles what changed. */
export const build = () => step('building: tsc -b', 'npm run build', () => run('tsc', ['-b']))

/**
 * Is every locked package installed in its locked version, and every command of ours where `npx` finds it?
 *
 * @param {string} folder of package-lock.json and node_modules
 */
export function installed(folder) {
  const locked = packages(path.join(folder, 'package-lock.json'))
  if (!locked) throw new StepError('reading package-lock.json', 'Get it back with: git checkout package-lock.json')
  const there = packages(path.join(folder, 'node_modules', '.package-lock.json'))
  if (!there) return false
  return Object.entries(locked).every(([name, wanted]) => {
    const found = there[name]
    if (name === '') return true
    if (!found) return wanted.optional === true // another platform's
    if (!commandsOf(name, wanted).every((command) => existsSync(path.join(folder, 'node_modules', '.bin', command))))
      return false
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

/**
 * npm links what a package of ours calls its command when it installs, and not when the command comes later.
 *
 * @param {string} name
 * @param {Locked} wanted
 */
function commandsOf(name, { bin }) {
  return name.startsWith('node_modules/') ? [] : Object.keys(bin ?? {})
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, bin?: Record<string, string> }} Locked
 *
 * @param {string} lock
 * @returns {Record<string, Locked> | undefined}
 */
function packages(lock) {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Runs `work` while no other process of this clone does: two `npm ci` at once delete each other's files.
 *
 * @param {string} file holds the pid of whoever is at it; one left by a process that is gone does not count
 * @param {() => Promise<void>} work
 */
async function alone(file, work) {
  mkdirSync(path.dirname(file), { recursive: true })
  while (!claim(file)) await sleep(250)
  try {
    await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
function claim(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
  }
  if (abandoned(file)) rmSync(file, { force: true })
  return false
}

/** @param {string} file */
function abandoned(file) {
  try {
    const pid = readFileSync(file, 'utf8')
    return pid !== '' && !alive(Number(pid)) // empty: its writer is between creating and writing it
  } catch {
    return false // released meanwhile
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/**
 * Runs a script's main function and ends with its code; a failed step is told without a stack trace.
 *
 * @param {() => Promise<number>} main
 */
export async function exitWith(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    console.error(`\n${error.message}\n${error.advice}`)
    process.exitCode = error.code
  }
}
