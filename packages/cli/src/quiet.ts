/**
 * Quiet: a reader that leaves early (`truce check | head -1`) is no error; a full disk is one, and is told.
 *
 * @module
 */
import { UNUSABLE } from './command.js'
import type { Output, Surroundings } from './surroundings.js'

/** What cannot be written any more is dropped; the verdict is still the exit code. */
export function quietly({ stdout, stderr }: Surroundings): void {
  for (const stream of [stdout, stderr]) if (isStream(stream)) stream.on('error', unlessClosed)

  /** Half of a report must not look like a verdict: thrown from here, it would end with 1 and a stack trace. */
  function unlessClosed({ code, message }: NodeJS.ErrnoException): void {
    if (code === 'EPIPE') return
    stderr.write(`truce: The output cannot be written (${code ?? message}).\n  → Make room, or write it elsewhere.\n`)
    process.exit(UNUSABLE)
  }
}

const isStream = (output: Output): output is NodeJS.WriteStream => 'on' in output
