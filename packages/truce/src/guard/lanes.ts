/**
 * Lanes: the attempts of a call that are under way, and the books of each when it ends.
 *
 * @module
 */
import { markMoment } from '../context/exhausted.js'
import type { Permit } from '../policy/breaker.js'
import type { Failure } from '../policy/classify.js'
import type { CallState, GuardedState } from './call-state.js'
import type { Core } from './core.js'
import { countAttempt } from './ending.js'
import { handOn } from './hand-on.js'
import { TIMED_OUT } from './judge.js'
import type { Holdings } from './holdings.js'
import { Lane, type LaneHome } from './lane.js'
import { reportDropped } from './report.js'
import { type AttemptHome, SeparateAttempt } from './separate-attempt.js'

/** Whose attempts they are. */
type Whose = GuardedState & { readonly call: AttemptHome }

const NONE: readonly Lane[] = []

export class Lanes {
  readonly #core: Core
  /** The one that has run longest. */
  #oldest: Lane | undefined
  /** Beside it. Only a hedged call has others, and an empty array that grows takes room for seventeen. */
  #others: readonly Lane[] = NONE

  constructor(core: Core) {
    this.#core = core
  }

  get size(): number {
    return this.#oldest === undefined ? 0 : 1 + this.#others.length
  }

  /** The one that has run longest. */
  get first(): Lane {
    return this.#oldest as Lane
  }

  has(lane: Lane): boolean {
    return this.#oldest === lane || this.#others.includes(lane)
  }

  /** One that is under way already. */
  adopt(lane: Lane): void {
    if (this.#oldest === undefined) this.#oldest = lane
    else this.#others = [...this.#others, lane]
  }

  #leaves(lane: Lane): void {
    if (this.#oldest !== lane) this.#others = this.#others.filter((other) => other !== lane)
    else if (this.#others.length === 0) this.#oldest = undefined
    else [this.#oldest, ...this.#others] = this.#others
  }

  /** An attempt goes out, the call's latest. @param held what was taken for it, its own from here on */
  start(
    call: Whose,
    home: LaneHome,
    cause: Lane['cause'],
    held: Holdings,
    permit: Permit,
    given: number,
    now: number,
  ): Lane {
    const core = this.#core
    const { counters, policy, wheel } = core
    held.debt?.made()
    counters.attempts++
    if (cause === 'retry') counters.retryAttempts++
    else if (cause === 'hedge') counters.hedges++
    const endsAt = Math.min(now + given, call.deadline)
    const current = new SeparateAttempt(call.call, call.attempt, endsAt, core.owner ?? call.above?.owner)
    const lane = new Lane(home, current, cause, now, given, core.attemptTimeout, permit, markMoment())
    lane.probe = policy.isProbe(permit)
    lane.queuedFor = held.queuedFor
    lane.debt = held.debt
    lane.holdsSlot = held.slot
    if (cause !== 'hedge') lane.waited = call.waited
    held.handedOver()
    this.adopt(lane)
    wheel.add(lane, now, given, false)
    core.partition.shared.limit?.started()
    return lane
  }

  /** It ended. @returns whether the breaker's state changed */
  ended(call: CallState, lane: Lane, failure: Failure | undefined, ms: number, now: number): boolean {
    const { policy, random, wheel, partition } = this.#core
    this.#leaves(lane)
    wheel.remove(lane)
    countAttempt(call, lane, ms)
    const changed =
      failure === undefined
        ? policy.succeeded(lane.permit, lane.number, lane.debt?.payment ?? 0, ms, lane.timeout, now, random)
        : policy.failed(lane.permit, failure, lane.given, lane.timeout, now, random, ms)
    if (failure === undefined) this.#core.succeededIn(ms)
    else if (failure === TIMED_OUT) this.#core.timedOutAfter(lane.given)
    this.#free(lane, now)
    partition.shared.limit?.ended(lane, failure, now)
    return changed
  }

  /** Nobody waits for them any more. @returns the last one, untold: its record is the call's */
  abandon(call: CallState, reason: unknown, now: number): Lane | undefined {
    return this.#drop(call, reason, now, 1)
  }

  /** Another was faster. */
  overtaken(call: CallState, reason: unknown, now: number): void {
    this.#drop(call, reason, now, 0)
  }

  #drop(call: CallState, reason: unknown, now: number, untold: number): Lane | undefined {
    const { policy, wheel, partition } = this.#core
    const lanes = this.#oldest === undefined ? NONE : [this.#oldest, ...this.#others]
    this.#oldest = undefined
    this.#others = NONE
    for (const [index, lane] of lanes.entries()) {
      wheel.remove(lane)
      policy.released(lane.permit)
      partition.shared.limit?.released()
      lane.current.abort(reason)
      this.#free(lane, now)
      if (untold === 0) this.#core.overtakenAfter(now - lane.startedAt)
      if (index < lanes.length - untold) reportDropped(call, lane, now)
    }
    return lanes.at(-1)
  }

  #free(lane: Lane, now: number): void {
    const held = lane.holdsSlot
    lane.holdsSlot = false
    if (held && this.#core.bulkhead) handOn(this.#core.bulkhead, now)
  }
}
