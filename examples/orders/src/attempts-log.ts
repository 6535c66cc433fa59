/**
 * The service's own record of every attempt that reached it: JSON lines with the fields of an attempt
 * record, `side: server`. Amplification is counted here, where the load arrives, and not where a caller
 * believes it sent it.
 *
 * @module
 */
import { type LineLog, lineLog } from './line-log.js'

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
  /** It was answered with what an earlier attempt had done. */
  readonly replayed?: boolean
}

export type AttemptsLog = LineLog<ServedAttempt>

export const attemptsLog = (path: string): AttemptsLog => lineLog(path)
