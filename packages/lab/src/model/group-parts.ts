/**
 * Group parts: what a group of callers is made of, and what it needs of the world.
 *
 * @module
 */
import type { Random, StopReason } from 'truce/policy'
import type { Agenda } from '../engine/agenda.js'
import type { StrategyModel } from '../scenario/model.js'
import type { MakeClient } from '../strategies/client.js'
import type { Attempts } from './attempts.js'
import type { Calls } from './calls.js'

/** What a group is. */
export interface GroupParts {
  readonly index: number
  readonly instances: number
  /** Index of the dependency that it calls. */
  readonly server: number
  readonly strategy: StrategyModel
  readonly effect: 'read' | 'write'
  readonly idempotent: boolean
  readonly pool: { readonly size: number; readonly acquireTimeout: number } | undefined
  /** Of a dependency that calls another: is exhaustion heard there? */
  readonly peer: boolean
  /** Of outermost callers; none: its calls are part of others'. */
  readonly tally: CallTally | undefined
  readonly make: MakeClient
  /** Of its policies. */
  readonly random: Random
}

/** Who counts calls. */
export interface CallTally {
  duplicates: number
  attempt(number: number, now: number): void
  ended(began: number, now: number, attempts: number, stop: StopReason, firstSucceeded: boolean): void
}

/** The rest of the world, as a group sees it. */
export interface AroundGroup {
  readonly agenda: Agenda
  readonly attempts: Attempts
  readonly calls: Calls
  /** An attempt goes out. */
  send(attempt: number, now: number): void
  /** One that needed the attempt's row does no longer. */
  release(attempt: number, flag: number): void
  /** A call that was made in this attempt has ended. */
  belowEnded(attempt: number, succeeded: boolean, exhausted: boolean, now: number): void
  /** The call of a caller who goes on has ended. */
  callerIsFree(caller: number, now: number): void
  /** A number for the line of one process, for events. */
  lineOf(group: number, instance: number): number
}
