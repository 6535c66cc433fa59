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

/** What of an attempt its record is made from. */
export type LaneFacts = Pick<Lane, 'number' | 'cause' | 'startedAt' | 'given' | 'probe' | 'waited' | 'queuedFor'>

/** Who is told when a lane's time is up. */
export interface LaneHome {
  laneRang(lane: Lane): void
}

/**
 * Times are ms on the guard's clock. What only some attempts have is set by whoever starts one: an object of
 * facts to copy from would be the dearest part of a retry.
 */
export class Lane implements Timer {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  readonly #home: LaneHome
  readonly current: Attempt
  readonly cause: 'original' | 'retry' | 'hedge'
  readonly startedAt: number
  /** What it was given, and the operation's attempt timeout at that time; `Infinity` for none. */
  readonly given: number
  readonly timeout: number
  readonly permit: number
  /** When it began, for marks of exhaustion. */
  readonly marked: number
  /** Is it a probe of a half-open breaker? */
  probe = false
  /** Waited before it: backoff or line; in the bulkhead's queue. */
  waited = 0
  queuedFor = 0
  debt: Debt | undefined
  holdsSlot = false

  constructor(
    home: LaneHome,
    current: Attempt,
    cause: Lane['cause'],
    startedAt: number,
    given: number,
    timeout: number,
    permit: number,
    marked: number,
  ) {
    this.#home = home
    this.current = current
    this.cause = cause
    this.startedAt = startedAt
    this.given = given
    this.timeout = timeout
    this.permit = permit
    this.marked = marked
  }

  /** 1 is the original. */
  get number(): number {
    return this.current.attempt
  }

  ring(): void {
    this.#home.laneRang(this)
  }
}
