/**
 * Call state: the facts of a call that its ending and its records are made from.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import type { Failure } from '../policy/classify.js'
import type { CallSettings } from './call-settings.js'
import type { Core } from './core.js'
import type { Guarded } from './invoke.js'
import type { Lane, LaneFacts } from './lane.js'
import type { AttemptHome } from './separate-attempt.js'

/** What is read of a core where a call ends or is told of. */
export interface CoreFacts extends Pick<
  Core,
  'service' | 'layer' | 'dependency' | 'operation' | 'effect' | 'clock' | 'counters' | 'rules' | 'owner' | 'honoursKeys'
> {
  /** Least time in which an attempt can succeed, ms. */
  readonly least: number
  /** None: no attempt waits for a slot. */
  readonly bulkhead: object | null
}

/** Times are ms on the guard's clock. */
export interface CallState {
  readonly callId: string
  readonly core: CoreFacts
  readonly settings: CallSettings
  /** The attempt in which this call was made. */
  readonly above: CallContext | undefined
  /** When it began, for marks of exhaustion. */
  readonly moment: number
  /** What tells calls beside each other from calls below each other: their operation, or for `retry()` the call itself. */
  readonly kin: object
  /** Attempts made. */
  attempt: number
  /** NaN where the operation keeps no time. */
  began: number
  deadline: number
  aborted: boolean
  /** The wait before the latest attempt, ms. */
  waited: number
  /** All waits together, in backoff and in line, ms. */
  waitedInAll: number
  /** The attempt that ended last, and when. */
  readonly lane: LaneFacts | undefined
  endedAt: number
  /** How it failed. */
  failure: Failure | undefined
  result: unknown
  threw: boolean
  /** May any of its attempts have taken effect? One that was refused later does not undo an earlier one. */
  inDoubt: boolean
}

/** The same of a dependency's call. */
export interface GuardedState extends CallState {
  readonly core: Core
  lane: Lane | undefined
}

/** The call as it began. */
export interface Origin extends AttemptHome {
  readonly core: Core
  readonly settings: CallSettings
  readonly fn: Guarded<unknown>
  readonly above: CallContext | undefined
  readonly moment: number
  readonly began: number
  readonly deadline: number
  /** Hears from now on of its caller's abort; `false` where that has happened already. */
  joins(): boolean
  /** It is over. */
  left(): void
}
