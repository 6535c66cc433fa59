/**
 * A file of JSON lines, written in batches: a write per line would be part of the load that it measures.
 *
 * Writes are synchronous, so that a process which is about to die can still say what it has done.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs'

export interface LineLog<T> {
  readonly write: (line: T) => void
  readonly close: () => void
}

export function lineLog<T>(path: string, batchMs = 100): LineLog<T> {
  const file = openSync(path, 'a')
  let lines = ''
  const flush = () => {
    if (lines) writeSync(file, lines)
    lines = ''
  }
  const timer = setInterval(flush, batchMs)
  process.on('exit', flush)
  return {
    write(line) {
      lines += `${JSON.stringify(line)}\n`
    },
    close() {
      clearInterval(timer)
      process.off('exit', flush)
      flush()
      closeSync(file)
    },
  }
}
