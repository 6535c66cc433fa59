/**
 * Events: what guards and engines tell while they work, for logs, dashboards and tests.
 *
 * @module
 */
import type { BreakerState } from '../policy/breaker.js'
import type { StopReason } from '../policy/stop.js'
import { Channel } from './channel.js'
import type { Duplicate, Execution } from './idempotency.js'
import type { AttemptRecord } from './record.js'

/** What a guard in `mode: 'observe'` would have done. It did not: the call went on as if unguarded. */
export interface Observation {
  /** Epoch ms. */
  readonly t: number
  /** As in the attempt records of the same call. */
  readonly call: string
  /** What is called. */
  readonly dependency: string
  /** The action on it. */
  readonly operation: string
  /** The attempt that would have been refused, cut or followed by a retry; 0: before any. */
  readonly attempt: number
  /** What would have been done to it. */
  readonly would: 'refuse' | 'retry' | 'stop' | 'time-out'
  /** Why; `ok` where it would `retry`. */
  readonly reason: StopReason
  /** ms that would have been waited before the retry. */
  readonly wait?: number | undefined
}

/** A breaker went from one state to another. */
export interface BreakerChange {
  /** Epoch ms. */
  readonly t: number
  /** Whose breaker it is. */
  readonly dependency: string
  /** The service that calls; `''` where it did not say. */
  readonly service: string
  /** Its state until now. */
  readonly from: BreakerState
  /** Its state from now on. */
  readonly to: BreakerState
  /** Host, tenant or shard, where the dependency is partitioned. */
  readonly partition?: string
  /** The operator who said so, where one did. */
  readonly who?: string
  /** The reason that the operator gave. */
  readonly why?: string
}

export const attempts = new Channel<AttemptRecord>()
export const observations = new Channel<Observation>()
export const breakerChanges = new Channel<BreakerChange>()
export const executions = new Channel<Execution>()
export const duplicates = new Channel<Duplicate>()

/** The events by name. */
export interface EventMap {
  /** An attempt ended, or a call was refused before any. */
  readonly attempt: AttemptRecord
  /** A guard in `mode: 'observe'` would have done something. */
  readonly observation: Observation
  /** A breaker changed its state. */
  readonly breaker: BreakerChange
  /** The idempotency engine has told a caller how its call ended. */
  readonly execution: Execution
  /** A handler succeeded although another run had taken its key over. */
  readonly duplicate: Duplicate
}

const channels: { readonly [Name in keyof EventMap]: Channel<EventMap[Name]> } = {
  attempt: attempts,
  observation: observations,
  breaker: breakerChanges,
  execution: executions,
  duplicate: duplicates,
}

/** What the guards of this process tell while they work. Without a listener nothing is made. */
export const events = Object.freeze({
  /**
   * Listens to every guard of the process. What a listener throws is reported once as a warning and
   * reaches no call; listeners run in the call's path, so let them be short.
   *
   * @returns a function that ends the subscription
   * @throws TypeError for a name that no event has
   * @example
   * const off = events.on('breaker', ({ dependency, from, to }) => console.log(`${dependency}: ${from} → ${to}`))
   * off()
   */
  on<Name extends keyof EventMap>(name: Name, listener: (value: EventMap[Name]) => void): () => void {
    if (!Object.hasOwn(channels, name)) {
      throw new TypeError(`events.on: no event is called "${name}"; there are ${Object.keys(channels).join(', ')}`)
    }
    if (typeof listener !== 'function') throw new TypeError(`events.on('${name}', …): the listener is not a function`)
    return channels[name].on(listener)
  },
})
