/**
 * Recorded: the originals of an attempt log, to arrive again as they came.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Arrivals } from './model.js'

interface Original {
  readonly t: number
  readonly instance: string
}

/**
 * Records of clients, attempt 1, of this operation; the first one arrives at 0.
 *
 * @param operation `DEPENDENCY.OPERATION`
 */
export function readRecorded(
  file: string,
  operation: string,
  refuse: (message: string, fix: string) => void,
): Arrivals | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    refuse(`it cannot be read: ${(error as Error).message}`, 'name a file of attempt records, relative to this one')
    return undefined
  }
  const originals: Original[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const record = parse(line)
    if (record === undefined) {
      refuse(`its line ${i + 1} is no attempt record`, 'write one JSON object a line')
      return undefined
    }
    if (isOriginal(record, operation))
      originals.push({ t: record.t, instance: typeof record.instance === 'string' ? record.instance : '' })
  }
  if (originals.length === 0) {
    refuse(`it has no original of ${operation}`, 'name the operation that it records, or another file')
    return undefined
  }
  originals.sort((one, other) => one.t - other.t)
  const start = originals[0]?.t ?? 0
  const names = new Map<string, number>()
  const indexOf = (name: string) => {
    const known = names.get(name) ?? names.size
    names.set(name, known)
    return known
  }
  return {
    kind: 'recorded',
    at: Float64Array.from(originals, ({ t }) => t - start),
    instances: Int32Array.from(originals, ({ instance }) => indexOf(instance)),
  }
}

interface AttemptRecord {
  readonly t: number
  readonly side?: unknown
  readonly attempt?: unknown
  readonly dependency?: unknown
  readonly operation?: unknown
  readonly instance?: unknown
}

function parse(line: string): AttemptRecord | undefined {
  try {
    const record = JSON.parse(line) as AttemptRecord | null
    return typeof record === 'object' && record !== null && Number.isFinite(record.t) ? record : undefined
  } catch {
    return undefined
  }
}

/** One refused before any attempt (0) was wished for all the same. */
function isOriginal({ side, attempt, dependency, operation }: AttemptRecord, wanted: string): boolean {
  return (
    side === 'client' && (attempt === 0 || attempt === 1) && `${String(dependency)}.${String(operation)}` === wanted
  )
}
