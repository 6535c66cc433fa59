/**
 * Signals to a server as a whole: the process that was started and all that it has forked since.
 *
 * Each backend of Postgres leads a process group of its own, so a signal to the group of the server that was
 * started reaches only that one: the backends would go on answering while the server counts as stopped.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {{ pid: number, parent: number, state: string }} Process */

/**
 * Stops all of it where it stands, as a machine does that no longer gets the processor, and waits until it has stopped.
 *
 * @param {number} pid
 */
export async function suspend(pid) {
  /** @type {Set<number>} */
  const told = new Set()
  /** @param {Process} process */
  const goesOn = (process) => running(process.state) && !(told.has(process.pid) && waits(process.state))
  for (;;) {
    const found = family(pid).filter(goesOn)
    if (!signal(found, 'SIGSTOP')) return
    for (const each of found) told.add(each.pid)
    await sleep(1) // the next look finds what was forked before its parent had stopped
  }
}

/**
 * Lets all of it go on.
 *
 * @param {number} pid
 */
export function proceed(pid) {
  signal(family(pid), 'SIGCONT')
}

/**
 * Ends all of it at once, with no chance to tidy up, and waits until it is gone.
 *
 * @param {number} pid
 */
export async function destroy(pid) {
  await suspend(pid) // else it could fork between the look and the kill
  const doomed = new Set(family(pid).map((each) => each.pid))
  signal(family(pid), 'SIGKILL')
  while (processes().some((each) => doomed.has(each.pid) && alive(each))) await sleep(1)
}

/** @param {string} state */
const running = (state) => !'TtZX'.includes(state)

/**
 * Waits in the system for a disk, or for a child of vfork, which may be one that has been stopped. It stops before it
 * does anything else.
 *
 * @param {string} state
 */
const waits = (state) => 'DU'.includes(state)

/** @param {Process} process */
const alive = ({ state }) => !'ZX'.includes(state)

/**
 * @param {readonly Process[]} to
 * @param {NodeJS.Signals} name
 * @returns {boolean} whether there was any
 */
function signal(to, name) {
  for (const { pid } of to) {
    try {
      process.kill(pid, name)
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error // ended by itself
    }
  }
  return to.length > 0
}

/**
 * The process and its descendants, ancestors first.
 *
 * @param {number} pid
 */
function family(pid) {
  const all = processes()
  const found = all.filter((each) => each.pid === pid)
  for (const member of found) found.push(...all.filter((each) => each.parent === member.pid))
  return found
}

/** @returns {Process[]} */
function processes() {
  return process.platform === 'linux' ? fromProc() : fromPs()
}

/** Not `ps`: small images of Linux come without it. */
function fromProc() {
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry)
    const stat = Number.isInteger(pid) ? read(`/proc/${pid}/stat`) : undefined
    if (stat === undefined) return []
    // The name stands in parentheses and may itself hold spaces and parentheses.
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [{ pid, parent: Number(parent), state }]
  })
}

function fromPs() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/)
    return { pid: Number(pid), parent: Number(parent), state: state.slice(0, 1) }
  })
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // ended meanwhile
  }
}
