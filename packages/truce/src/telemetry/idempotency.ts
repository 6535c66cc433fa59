/**
 * Idempotency, counted and told: what repeats met, and what was done twice all the same.
 *
 * @module
 */
import { Registry } from './registry.js'
import { warn } from './warning.js'

/** How an execution ended, for its caller. */
export type IdempotencyEnd =
  /** It ran; its handler succeeded or failed for good. */
  | 'executed'
  /** It ran and failed; the key can be used again. */
  | 'failed'
  /** It got the result of an earlier run. */
  | 'replayed'
  /** A reconcile hook found that an earlier run took effect. */
  | 'reconciled'
  /** It ran without a store. */
  | 'unguarded'
  | 'in-progress'
  | 'conflict'
  | 'expired'
  | 'unknown'
  | 'unavailable'
  /** The store was used wrongly. */
  | 'refused'
  /** Its caller left before it began, or while it worked. */
  | 'abandoned'

/** One execution, at its end. */
export interface Execution {
  /** When it was asked for, epoch ms. */
  readonly t: number
  /** The service that was asked; `''` where it did not say. */
  readonly service: string
  readonly operation: string
  /** Hash of the key, as in attempt records. */
  readonly key: string
  readonly mode: 'transaction' | 'derived-key' | 'at-most-once'
  /** How it ended for its caller. */
  readonly end: IdempotencyEnd
  /** Did it get what an earlier run had given? */
  readonly replayed: boolean
  /** ms until its caller had the answer, waits included. */
  readonly ms: number
  /** ms of that in which it waited for another run. */
  readonly waited: number
  /** It took over from a run that ended in the dark or gave its key back. */
  readonly takeover: boolean
}

/** A handler succeeded after its key had gone to another run: it may have been done twice. */
export interface Duplicate {
  /** When the handler ended, epoch ms. */
  readonly t: number
  /** The service that was asked; `''` where it did not say. */
  readonly service: string
  readonly operation: string
  /** Hash of the key, as in attempt records. */
  readonly key: string
}

/** Of one operation, summed over every engine of the process. */
export class IdempotencyCounters {
  executed = 0
  /** Its key had been used before: replayed, in progress, of another payload, unknown, taken over. */
  reused = 0
  /** Repeats that ran nothing because the store knew better. */
  prevented = 0
  /** Handlers that succeeded after their key had gone to another run. */
  duplicates = 0
  /** Times that a run of the same key was met at work, waited for or not. */
  inProgress = 0
  /** Callers who were told that nobody knows. */
  unknown = 0
  conflicts = 0
  expired = 0
  /** The store could not be asked. */
  unavailable = 0
  /** Results, of work and of its steps, that were too large or could not be written as text to be kept. */
  notKept = 0
  #complained = false

  constructor(
    readonly service: string,
    readonly operation: string,
  ) {}

  /** Counts it, and says why once: otherwise it would show in the first repeat only, in production. */
  keepsNot(what: string, why: string): void {
    this.notKept++
    if (this.#complained) return
    this.#complained = true
    warn('TRUCE_NOT_KEPT', `${this.operation}: ${what} is not kept: ${why}. Return what a repeat needs, as plain JSON.`)
  }
}

const registry = new Registry<IdempotencyCounters>('idempotent operations')

/** The same names share one object. */
export function idempotencyCounters(service: string, operation: string): IdempotencyCounters {
  return registry.get(
    [service, operation],
    (...names) => new IdempotencyCounters(names[0] as string, names[1] as string),
  )
}

/** For `metrics()`. */
export function countedKeys(): readonly IdempotencyCounters[] {
  return registry.values()
}
