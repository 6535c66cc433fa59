/**
 * Lane: one attempt under way, with all that it holds.
 *
 * A hedged call has two attempts at once. Each has its own timer, permit, slot and payment, and each
 * gives back its own, exactly once, however it ends.
 *
 * @module
 */
import type { Attempt } from './attempt.js'
import type { Debt } from './debt.js'
import type { Timer } from './wheel.js'

/** Who is told when a lane's time is up. */
export interface LaneHome {
  laneRang(lane: Lane): void
}

/** What is known of an attempt when it starts. */
export type LaneStart = Readonly<Omit<Lane, keyof Timer>>

/** Times are ms on the guard's clock. */
export class Lane implements Timer {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  /** 1 is the original. */
  readonly number: number
  readonly cause: 'original' | 'retry' | 'hedge'
  readonly startedAt: number
  /** What it was given, and the operation's attempt timeout at that time; `Infinity` for none. */
  readonly given: number
  readonly timeout: number
  readonly permit: number
  /** Is it a probe of a half-open breaker? */
  readonly probe: boolean
  readonly current: Attempt
  /** When it began, for marks of exhaustion. */
  readonly marked: number
  /** Waited before it: backoff or line; in the bulkhead's queue. */
  readonly waited: number
  readonly queuedFor: number
  readonly debt: Debt | undefined
  holdsSlot: boolean
  readonly #home: LaneHome

  constructor(home: LaneHome, start: LaneStart) {
    this.#home = home
    this.number = start.number
    this.cause = start.cause
    this.startedAt = start.startedAt
    this.given = start.given
    this.timeout = start.timeout
    this.permit = start.permit
    this.probe = start.probe
    this.current = start.current
    this.marked = start.marked
    this.waited = start.waited
    this.queuedFor = start.queuedFor
    this.debt = start.debt
    this.holdsSlot = start.holdsSlot
  }

  ring(): void {
    this.#home.laneRang(this)
  }
}
