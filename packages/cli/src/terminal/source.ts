/**
 * Source: the line that a finding is about.
 *
 * @module
 */
import { readFileSync, statSync } from 'node:fs'

/** Beyond that no excerpt is worth the memory, bytes. */
const LARGEST = 10_000_000

/** Reads each file once. A file that is gone meanwhile has no lines. */
export function sources(): (file: string, line: number) => string | undefined {
  const files = new Map<string, readonly string[]>()
  return (file, line) => {
    let lines = files.get(file)
    if (!lines) {
      lines = linesOf(file)
      files.set(file, lines)
    }
    return lines[line - 1]
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return statSync(file).size > LARGEST ? [] : readFileSync(file, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}
