/**
 * Quiet: a reader that leaves early (`truce check | head -1`) is no error.
 *
 * @module
 */
import type { Output, Surroundings } from './surroundings.js'

/** What cannot be written any more is dropped; the verdict is still the exit code. */
export function quietly({ stdout, stderr }: Surroundings): void {
  for (const stream of [stdout, stderr]) if (isStream(stream)) stream.on('error', ignoreClosedPipe)
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

const isStream = (output: Output): output is NodeJS.WriteStream => 'on' in output
