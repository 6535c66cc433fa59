/**
 * Deliveries: what became of the answer to each attempt that reached a service, and for which order it was.
 *
 * All else of an attempt stands in Truce's own record of it. But a service that has answered does not know whether
 * its answer arrived, and one that dies in the middle of its work records nothing.
 *
 * @module
 */
import type { PeerPushback } from 'truce/peer'
import { type LineLog, lineLog } from './line-log.js'

export interface Delivery {
  /** The attempt, as its record has it: `CALL#ATTEMPT`. */
  readonly id: string
  readonly order: string
  /** False where the caller had left, or the answer was lost on its way. */
  readonly delivered: boolean
  /** It was refused before any work, and what was said with that. */
  readonly refused?: Pick<PeerPushback, 'reason' | 'slot'>
  /** The process died before it could record the attempt. */
  readonly died?: {
    /** Its arrival, epoch ms. */
    readonly t: number
    readonly operation: string
    readonly effect: 'read' | 'write'
  }
}

export type DeliveriesLog = LineLog<Delivery>

export const deliveriesLog = (path: string): DeliveriesLog => lineLog(path)
