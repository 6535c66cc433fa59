/**
 * Partition: one part of a dependency that fails by itself (a host, a tenant, a shard).
 *
 * One dead shard of eight must not open the breaker for the other seven. So breaker, governor and the
 * background lines are the partition's; budget and concurrency limit stay the dependency's, for what they
 * protect is shared. A dependency that is not partitioned has one.
 *
 * @module
 */
import type { BreakerState, Override } from '../policy/breaker.js'
import type { Bulkhead } from '../policy/concurrency.js'
import type { DependencyPolicy } from '../policy/dependency.js'
import type { Random } from '../policy/random.js'
import type { DependencyCounters } from '../telemetry/counters.js'
import { breakerChanges } from '../telemetry/events.js'
import type { Clock } from './clock.js'
import type { Queued } from './hand-on.js'
import type { LearnedLimit } from './learned-limit.js'
import { reportBreaker } from './report-breaker.js'
import type { WaitingRoom } from './waiting-room.js'
import type { Timers } from './timer.js'

/** What all partitions of a dependency have in common. */
export interface Shared {
  readonly service: string
  readonly layer: string
  readonly dependency: string
  readonly bulkhead: Bulkhead<Queued> | null
  /** Where the bulkhead's limit is learned. */
  readonly limit: LearnedLimit | undefined
  readonly clock: Clock
  readonly wheel: Timers
  readonly random: Random
  /** None where there is no breaker that could open. */
  readonly counters?: DependencyCounters
}

export class Partition {
  readonly shared: Shared
  readonly policy: DependencyPolicy
  /** Its key; `undefined` for a dependency that is not partitioned. */
  readonly key: string | undefined
  /** The waiting rooms in which somebody waits; they enter and leave by themselves. */
  readonly rooms = new Set<WaitingRoom>()
  #state: BreakerState = 'closed'

  constructor(shared: Shared, policy: DependencyPolicy, key: string | undefined) {
    this.shared = shared
    this.policy = policy
    this.key = key
  }

  /** Background calls in line. */
  get waiting(): number {
    let waiting = 0
    for (const room of this.rooms) waiting += room.size
    return waiting
  }

  /** An attempt ended: tells of the breaker where it moved, or has not come to rest yet. */
  breakerMoved(now: number, changed: boolean): void {
    if (changed || this.#state !== 'closed') this.breakerChanged(now)
  }

  /** The breaker may have gone from one state to another. */
  breakerChanged(now: number, by?: Override): void {
    const { shared } = this
    const from = this.#state
    const to = this.policy.breakerState(now)
    // That an operator spoke is told even where it changes nothing: who comes to look wants to know.
    if (to === from && by === undefined) return
    if (to !== from) this.#moved(to, now)
    if (!breakerChanges.active) return
    const { dependency, service } = shared
    const more = { ...(this.key !== undefined && { partition: this.key }), ...(by && { who: by.who, why: by.why }) }
    breakerChanges.emit({ t: shared.clock.epoch + now, dependency, service, from, to, ...more })
  }

  #moved(to: BreakerState, now: number): void {
    this.#state = to
    const { counters } = this.shared
    if (to === 'open' && counters) counters.breakerOpened++
    else if (to === 'closed') for (const room of this.rooms) room.reopened(now)
    reportBreaker(this.shared, now, to)
  }

  /** An operator moved the breaker, or let it go: whoever waits may look again. */
  overridden(now: number, word: Override | undefined): void {
    this.breakerChanged(now, word)
    this.lookAgain(now)
  }

  /** Whoever waits may look again. */
  lookAgain(now: number): void {
    for (const room of this.rooms) room.reopened(now)
  }

  /** Nobody waits, and the breaker is at rest. */
  get calm(): boolean {
    return this.rooms.size === 0 && this.#state === 'closed'
  }

  /** A call ended well where it matters to more than itself: somebody waits, or the breaker is not at rest. */
  succeeded(now: number, breakerChanged: boolean): void {
    this.roomReturned(now)
    this.breakerMoved(now, breakerChanged)
  }

  /** A call ended well: background calls that wait may look. */
  roomReturned(now: number): void {
    if (this.rooms.size > 0) for (const room of this.rooms) room.roomReturned(now)
  }
}
