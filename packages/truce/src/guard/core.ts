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
import type { WaitingRoom } from './waiting-room.js'
import type { TimerQueue } from './timer-queue.js'
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
  /** Does the deadline end a running attempt, or only stop new ones? */
  readonly deadlineCuts: boolean
  /** The layer that retries; `undefined`: the lowest with a guard. */
  readonly owner: Owner | undefined
  /** Is each call an operation of its own, as those of `retry()` are? */
  readonly eachItsOwn: boolean
  /** The user's, then the built-in one, which always answers. */
  readonly classifiers: readonly Classifier[]
  readonly counters: OperationCounters
  /** Where background calls wait; none where they cannot. One for each operation: a failing one must not hold up the others. */
  readonly waitingRoom: ((partition: Partition) => WaitingRoom) | undefined
  /** How timers are kept of attempts that all get the same time; none where no attempt is cut. */
  readonly timeouts: ((timers: Timers, now: () => number, ms: number) => TimerQueue) | undefined
  /** Is a write that carries a key safe to repeat? */
  readonly honoursKeys: boolean
  /** Does the dependency speak Truce's headers? */
  readonly peer: PeerPort | undefined
  readonly hedge: HedgeSettings | undefined
  readonly standIn: StandIn | undefined
  readonly stream: StreamSettings | undefined
}

/** One class, one shape: the guard's code meets the cores of `retry()` and of every operation. */
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
  readonly deadlineCuts: boolean
  readonly owner: Owner | undefined
  readonly eachItsOwn: boolean
  readonly classifiers: readonly Classifier[]
  readonly counters: OperationCounters
  readonly waitingRoom: WaitingRoom | null
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
  /** Does how long a success took matter to anything? Durations of `retry()` are of functions that have nothing in common. */
  readonly timesSuccess: boolean
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
    this.deadlineCuts = settings.deadlineCuts
    this.owner = settings.owner
    this.eachItsOwn = settings.eachItsOwn
    this.classifiers = settings.classifiers
    this.counters = settings.counters
    this.waitingRoom = settings.waitingRoom?.(partition) ?? null
    this.honoursKeys = settings.honoursKeys
    this.peer = settings.peer
    this.hedge = settings.hedge
    this.standIn = settings.standIn
    this.stream = settings.stream
    const limited = Math.min(this.attemptTimeout, this.deadline) < Number.POSITIVE_INFINITY
    if (settings.hedge?.quantile !== undefined) this.#tail = new Quantile(settings.hedge.quantile)
    this.timesSuccess = !settings.eachItsOwn
    const cuts = this.attemptTimeout < Number.POSITIVE_INFINITY
    const { clock, wheel } = this
    if (cuts && wheel.shared) this.timeouts = settings.timeouts?.(wheel, () => clock.now(), this.attemptTimeout)
    this.simple = !this.hedge && !this.stream && !shared.limit && !this.#adaptive && (!cuts || wheel.shared)
    const keepsTime = limited || this.policy.keepsTime || this.bulkhead !== null || this.standIn !== undefined
    this.timeless = this.simple && !keepsTime
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
