/**
 * Core: all that the calls of one operation share, settled at construction.
 *
 * @module
 */
import type { PeerPort } from '../context/peer-port.js'
import type { Owner } from '../context/owner.js'
import type { AdaptiveTimeout } from '../policy/attempt-timeout.js'
import type { Classifier } from '../policy/classify.js'
import type { Bulkhead } from '../policy/concurrency.js'
import { DEADLINE } from '../policy/deadline.js'
import type { DependencyPolicy } from '../policy/dependency.js'
import { Quantile } from '../policy/quantile.js'
import type { Random } from '../policy/random.js'
import type { RetryRules } from '../policy/retry.js'
import type { OperationCounters } from '../telemetry/counters.js'
import type { Clock } from './clock.js'
import type { Queued } from './hand-on.js'
import type { HedgeSettings } from './options/latency-options.js'
import type { Partition } from './partition.js'
import type { StandIn } from './stand-in.js'
import type { StreamSettings } from './stream/settings.js'
import { WaitingRoom } from './waiting-room.js'
import { TimerQueue } from './timer-queue.js'
import type { Timers } from './timer.js'

/** What is said of an operation, checked; times in ms, `Infinity` for none. */
export interface CoreSettings {
  readonly operation: string
  readonly effect: 'read' | 'write'
  readonly rules: RetryRules
  readonly attemptTimeout: number
  /** Where the attempt timeout is learned. */
  readonly adaptiveTimeout: (() => AdaptiveTimeout) | undefined
  readonly deadline: number
  /** How long an attempt as a probe may keep its place: its timeout; where it has none of its own, the breaker's lease. */
  readonly lease: number
  /** The layer that retries; `undefined`: the lowest with a guard. */
  readonly owner: Owner | undefined
  /** The user's, then the built-in one, which always answers. */
  readonly classifiers: readonly Classifier[]
  readonly counters: OperationCounters
  /** Is a write that carries a key safe to repeat? */
  readonly honoursKeys: boolean
  /** Does the dependency speak Truce's headers? */
  readonly peer: PeerPort | undefined
  readonly hedge: HedgeSettings | undefined
  readonly standIn: StandIn | undefined
  readonly stream: StreamSettings | undefined
}

export class Core {
  readonly service: string
  readonly layer: string
  readonly dependency: string
  readonly operation: string
  readonly effect: 'read' | 'write'
  readonly partition: Partition
  readonly policy: DependencyPolicy
  readonly bulkhead: Bulkhead<Queued> | null
  readonly clock: Clock
  readonly wheel: Timers
  readonly random: Random
  readonly rules: RetryRules
  /** ms; `Infinity` for none. What is learned may change. */
  attemptTimeout: number
  readonly deadline: number
  readonly lease: number
  readonly owner: Owner | undefined
  readonly classifiers: readonly Classifier[]
  readonly counters: OperationCounters
  /** Where background calls wait. One for each operation: a failing one must not hold up the others. */
  readonly waitingRoom: WaitingRoom
  readonly honoursKeys: boolean
  readonly peer: PeerPort | undefined
  readonly hedge: HedgeSettings | undefined
  readonly standIn: StandIn | undefined
  readonly stream: StreamSettings | undefined
  /** Of attempts that get all of a fixed timeout. */
  readonly timeouts: TimerQueue | undefined
  /** Median of what successes took, ms. */
  readonly latency = new Quantile(0.5)
  /** Does nothing here look at the clock while all goes well? */
  readonly timeless: boolean
  /** Is a success nothing but counted, while all goes well? */
  readonly countsOnly: boolean
  /** Has it a part that must be there from the first attempt on? */
  readonly simple: boolean
  readonly #adaptive: AdaptiveTimeout | undefined
  readonly #tail: Quantile | undefined

  constructor(settings: CoreSettings, partition: Partition) {
    const { shared } = partition
    this.service = shared.service
    this.layer = shared.layer
    this.dependency = shared.dependency
    this.operation = settings.operation
    this.effect = settings.effect
    this.partition = partition
    this.policy = partition.policy
    this.bulkhead = shared.bulkhead
    this.clock = shared.clock
    this.wheel = shared.wheel
    this.random = shared.random
    this.rules = settings.rules
    this.#adaptive = settings.adaptiveTimeout?.()
    this.attemptTimeout = this.#adaptive?.ms ?? settings.attemptTimeout
    this.deadline = settings.deadline
    this.lease = settings.lease
    this.owner = settings.owner
    this.classifiers = settings.classifiers
    this.counters = settings.counters
    this.honoursKeys = settings.honoursKeys
    this.peer = settings.peer
    this.hedge = settings.hedge
    this.standIn = settings.standIn
    this.stream = settings.stream
    const limited = Math.min(this.attemptTimeout, this.deadline) < Number.POSITIVE_INFINITY
    if (settings.hedge?.quantile !== undefined) this.#tail = new Quantile(settings.hedge.quantile)
    const cuts = this.attemptTimeout < Number.POSITIVE_INFINITY
    const { clock, wheel } = this
    const now = (): number => clock.now()
    if (cuts && wheel.shared) this.timeouts = new TimerQueue(wheel, now, this.attemptTimeout)
    this.waitingRoom = new WaitingRoom(this.policy, this.bulkhead, wheel, now, this.random, partition.rooms)
    this.simple = !this.hedge && !this.stream && !shared.limit && !this.#adaptive && (!cuts || wheel.shared)
    const keepsTime = limited || this.policy.keepsTime || this.bulkhead !== null || this.standIn !== undefined
    this.timeless = this.simple && !keepsTime
    this.countsOnly = this.timeless && this.policy.countsNoSuccess
  }

  /** Least time in which an attempt can succeed, ms. */
  get least(): number {
    return this.latency.value(DEADLINE.least)
  }

  /** A success took so long. */
  succeededIn(ms: number): void {
    if (!(ms > 0)) return
    this.latency.observe(ms)
    this.#tail?.observe(ms)
    if (this.#adaptive === undefined) return
    this.#adaptive.succeeded(ms)
    this.attemptTimeout = this.#adaptive.ms
  }

  /** An attempt had not answered when another one of its call did: so late it was, or later. */
  overtakenAfter(ms: number): void {
    if (this.#tail && ms > this.#tail.value(Number.POSITIVE_INFINITY)) this.#tail.observe(ms)
  }

  /** An attempt did not answer in the time that it was given. */
  timedOutAfter(given: number): void {
    this.overtakenAfter(given)
    if (this.#adaptive === undefined) return
    this.#adaptive.timedOut(given)
    this.attemptTimeout = this.#adaptive.ms
  }

  /** ms after which a late attempt is hedged; never, while nothing is known of how long answers take. */
  get hedgeAfter(): number {
    return this.hedge?.after ?? this.#tail?.value(Number.POSITIVE_INFINITY) ?? Number.POSITIVE_INFINITY
  }
}
