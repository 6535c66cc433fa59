/**
 * Admission port: to whatever decides which requests a service takes on, and when.
 *
 * Nearly every request is let in as it comes: that costs no promise. One that has to wait is a place with a `turn`.
 *
 * @module
 */
import type { PeerPushback, PeerServerPort } from '../context/peer-port.js'
import type { Clock } from '../guard/clock.js'
import type { ServedCounters } from '../telemetry/served.js'
import type { AnswerHeader } from './incoming.js'
import type { Refused } from './refusals.js'

/** Of a service: `admission()`. All its operations stand at one door, for they share what the process can do. */
export interface AdmissionFeature {
  /** @throws OptionError for what is wrong */
  operation(of: AdmittedOperation): Entrance
}

/** Whose requests come to a door. */
export interface AdmittedOperation {
  readonly service: string
  readonly clock: Clock
  /** Writes what peers are told. */
  readonly peer: PeerServerPort | undefined
  readonly counters: ServedCounters
  /** Nobody waits for any of its answers. */
  readonly background: boolean
  /** Of originals, that it admits as retries; `undefined`: as many as there is room for. */
  readonly retriesShare: number | undefined
}

/** A request, as far as a door looks at it. */
export interface Arriving {
  /** Who calls, where that is believed; strangers are one caller. */
  readonly caller: string | undefined
  readonly attempt: number
  readonly urgency: 'interactive' | 'background'
}

/** Of an operation. */
export interface Entrance {
  /**
   * A request has come.
   *
   * @param deadline when work on it makes no more sense, ms on the service's clock; `Infinity`: never
   */
  enter(arriving: Arriving, deadline: number, now: number): Place | Refused
  /** What peers are told with every answer; nothing where nobody can write it. */
  readonly load: LoadField | undefined
}

/** Load and backlog, as they are when asked. */
export interface LoadField {
  /** @param pushback what there is to say besides */
  header(pushback?: PeerPushback): AnswerHeader
}

/** One request that was let in, or waits. */
export interface Place {
  /** It has to wait: resolves when it may go on, or with why it may not. Never rejects. */
  readonly turn: Promise<Refused | undefined> | undefined
  /** ms that it waited. */
  readonly waited: number
  /** Its caller has left. What waits then goes; what is worked on keeps its place until the work has ended. */
  left(now: number): void
  /**
   * The work has ended. Once; further calls do nothing.
   *
   * @param whole did it take the time that such work takes? Not where it failed, or was cut short
   */
  ended(whole: boolean, now: number): void
}

export function isPlace(entered: Place | Refused): entered is Place {
  return 'waited' in entered
}
