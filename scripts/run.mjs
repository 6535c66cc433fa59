/**
 * One step of set-up or of the gates: a heading, its duration, and the command that repeats it.
 *
 * A red build whose last words are a stack trace costs the reader a search; a step that says how to
 * repeat just itself does not.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A step that failed. `advice` says what to do about it. */
export class StepError extends Error {
  /**
   * @param {string} what
   * @param {string} advice
   * @param {number} code exit code for the process
   */
  constructor(what, advice, code = 1) {
    super(`${what} failed`)
    this.name = 'StepError'
    this.advice = advice
    this.code = code
  }
}

/**
 * Runs one command of the workspace and waits for its end, with what it prints on this terminal.
 * Tools come from node_modules/.bin. A signal that ends us ends it as well.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it
 */
export function run(command, args, env = {}) {
  const bin = path.join(root, 'node_modules', '.bin')
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` },
  })
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => void child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve(code ?? SIGNALS[signal ?? ''] ?? 1)
    })
  })
}

/** @type {Record<string, number>} */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }

/**
 * @param {string} title what is done, in a few words
 * @param {string} repeat the command that does just this again
 * @param {() => Promise<number>} work gives an exit code
 * @throws {StepError} when the code is not 0
 */
export async function step(title, repeat, work) {
  console.error(`── ${title}`)
  const from = performance.now()
  const code = await work()
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  if (code !== 0) throw new StepError(`${title} (${seconds} s)`, `To repeat it: ${repeat}`, code > 128 ? code : 1)
  console.error(`   ${title}: ${seconds} s`)
}
