/**
 * The attempt log where there is no file system.
 *
 * It is there and throws, instead of being absent: code that also runs on Node imports it by name, and a
 * missing export would break the build of the page with a message that knows nothing of Truce.
 *
 * @module
 */
import type { AttemptLog, AttemptLogOptions } from './attempt-log.js'

/**
 * Throws: a file needs Node.
 *
 * @throws Error that says what to do instead
 * @example
 * const waiting: AttemptRecord[] = []
 * events.on('attempt', (record) => waiting.push(record))
 * setInterval(() => navigator.sendBeacon('/attempts', JSON.stringify(waiting.splice(0))), 1_000)
 */
export function attemptLog(_options: AttemptLogOptions): AttemptLog {
  throw new Error(
    "attemptLog writes a file, which needs Node; here, listen with events.on('attempt', …) and send the records " +
      'yourself. If this is Node, your bundler left its export condition out: add `node` to its conditions.',
  )
}
