/**
 * The service's own record of every attempt that reached it: JSON lines with the fields of an attempt
 * record, `side: server`. Amplification is counted here, where the load arrives, and not where a caller
 * believes it sent it.
 *
 * @module
 */
import { createWriteStream } from 'node:fs'

export interface ServedAttempt {
  readonly v: 1
  readonly side: 'server'
  /** Start, epoch ms. */
  readonly t: number
  /** One call is one operation of one order: `ORDER/OPERATION`. */
  readonly call: string
  readonly order: string
  readonly service: string
  readonly dependency: string
  readonly operation: string
  readonly effect: 'read' | 'write'
  readonly ms: number
  readonly outcome: 'ok' | 'internal' | 'unavailable' | 'overloaded' | 'rejected'
  readonly certainty: 'applied' | 'not-applied'
  /** False where the caller had left, or the answer was lost on its way. */
  readonly delivered: boolean
  readonly replayed?: boolean
}

export interface AttemptsLog {
  write(attempt: ServedAttempt): void
  close(): Promise<void>
}

/** Lines are written in batches: a write per attempt would be part of the load that it measures. */
export function attemptsLog(path: string, batchMs = 100): AttemptsLog {
  const file = createWriteStream(path, { flags: 'a' })
  let lines = ''
  const flush = () => {
    if (lines) file.write(lines)
    lines = ''
  }
  const timer = setInterval(flush, batchMs)
  return {
    write(attempt) {
      lines += `${JSON.stringify(attempt)}\n`
    },
    close() {
      clearInterval(timer)
      flush()
      return new Promise((closed) => file.end(closed))
    },
  }
}
