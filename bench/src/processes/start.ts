/**
 * Starts a measuring process with the flags it needs and waits for what it found.
 *
 * @module
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Options } from '../options.js'

/** @throws Error where the process ended without a result; what it said stands on stderr */
export function start<T>(
  name: 'rounds' | 'inherited' | 'bytes',
  flags: readonly string[],
  options: Options,
): Promise<T> {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  const child = fork(file, [JSON.stringify(options)], {
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    let result: T | undefined
    child.once('message', (message) => (result = message as T))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0 && result !== undefined) resolve(result)
      else reject(new Error(`The measuring process "${name}" ended with ${signal ?? code} and no result; see above.`))
    })
  })
}
