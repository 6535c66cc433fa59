/**
 * Partition set: a dependency's partitions, and what they have in common.
 *
 * @module
 */
import { httpClassifier } from '../http/semantics/classify.js'
import type { BreakerState, Override } from '../policy/breaker.js'
import type { Classifier } from '../policy/classify.js'
import { Bulkhead } from '../policy/concurrency.js'
import { Partitions } from '../policy/partitions.js'
import type { Random } from '../policy/random.js'
import { type DependencyGauges, dependencyGauges } from '../telemetry/counters.js'
import type { Clock } from './clock.js'
import type { Queued } from './hand-on.js'
import type { DependencySettings } from './options/dependency-options.js'
import { LearnedLimit } from './learned-limit.js'
import { Partition, type Shared } from './partition.js'
import { wheelOf } from './wheel.js'

/** Who stopped retries, why, and until when (ms on the guard's clock). */
export interface Stopped {
  readonly who: string
  readonly why: string
  readonly until: number
}

export class PartitionSet {
  readonly #settings: DependencySettings
  readonly #shared: Shared
  /** The dependency as one; calls go through it where it is not partitioned. */
  readonly whole: Partition
  readonly #known: Partitions<Partition>
  /** Also those that were forgotten while calls waited in them: an operator's word is for all. */
  #made: WeakRef<Partition>[] = []
  #pruneAt = 16
  #override: Override | undefined
  #noRetries: Stopped | undefined

  constructor(name: string, settings: DependencySettings, clock: Clock, random: Random) {
    const { service, layer, concurrency } = settings
    const bulkhead = concurrency && new Bulkhead<Queued>(concurrency)
    this.#settings = settings
    this.#shared = {
      service,
      layer,
      dependency: name,
      clock,
      random,
      wheel: wheelOf(clock),
      bulkhead,
      limit: bulkhead && concurrency?.adaptive ? new LearnedLimit(concurrency.adaptive, bulkhead) : undefined,
      counters: dependencyGauges(service, name, () => this.gauges(undefined)),
    }
    this.whole = this.#make(undefined)
    this.#known = new Partitions((key) => this.#make(key), settings.partitions)
  }

  /** The partition of a call. */
  get(key: string | undefined): Partition {
    return key === undefined ? this.whole : this.#known.get(key)
  }

  /** The built-in classifier of its operations, the last one to be asked. */
  classifierOf({ policy }: Partition): Classifier {
    const { clock } = this.#shared
    const http = httpClassifier({
      nowEpoch: () => clock.epoch + clock.now(),
      resolvedBefore: () => policy.hasAnswered,
    })
    return this.#settings.peer ? this.#settings.peer.classifier(http) : http
  }

  /** @param key a partition; `undefined`: the worst of all */
  gauges(key: string | undefined): DependencyGauges {
    const { bulkhead, clock } = this.#shared
    const now = clock.now()
    const asked = key === undefined ? this.#all() : [this.#known.peek(key) ?? this.whole]
    const levels = asked.flatMap(({ policy }) => policy.governor?.level ?? [])
    return {
      budgetRemaining: this.whole.policy.budget?.remaining(now),
      breakerState: worst(asked.map(({ policy }) => policy.breakerState(now))),
      governorLevel: levels.length > 0 ? Math.min(...levels) : undefined,
      inFlight: bulkhead?.inFlight ?? 0,
      waiting: asked.reduce((sum, { waiting }) => sum + waiting, bulkhead?.waiting ?? 0),
      concurrencyLimit: bulkhead?.limit,
    }
  }

  now(): number {
    return this.#shared.clock.now()
  }

  get epoch(): number {
    return this.#shared.clock.epoch
  }

  /** An operator's word, for all partitions, also those that are met later; `undefined` takes it back. */
  override(word: Override | undefined): void {
    this.#override = word
    const alive = this.#alive()
    for (const partition of alive) {
      obey(partition, word)
      // The dependency as one only where nothing else would tell of it.
      if (partition !== this.whole || alive.length === 1) partition.overridden(this.now(), word)
    }
  }

  /** The operator's word in force. */
  overridden(): Override | undefined {
    return this.#override && this.now() < this.#override.until ? this.#override : undefined
  }

  /** The dependency as one, and the partitions known. */
  #all(): Partition[] {
    return [this.whole, ...this.#known.values()]
  }

  /** An operator stops retries, for all partitions, also those that are met later; `undefined` takes it back. */
  stopRetries(word: Stopped | undefined): void {
    this.#noRetries = word
    for (const partition of this.#alive()) {
      partition.policy.stopRetries(word?.until ?? Number.NEGATIVE_INFINITY)
      if (!word) partition.lookAgain(this.now())
    }
  }

  /** The operator's word on retries in force. */
  retriesStopped(): Stopped | undefined {
    return this.#noRetries && this.now() < this.#noRetries.until ? this.#noRetries : undefined
  }

  /** With those forgotten, as far as somebody still uses them. */
  #alive(): Partition[] {
    const alive = this.#made.flatMap((made) => made.deref() ?? [])
    return alive.length > 0 ? alive : this.#all()
  }

  /** At twice of what was alive last time: a stranger who invents names pays for each but once. */
  #prune(): void {
    this.#made = this.#made.filter((made) => made.deref() !== undefined)
    this.#pruneAt = 2 * this.#made.length + 16
  }

  #make(key: string | undefined): Partition {
    const partition = new Partition(this.#shared, this.#settings.policy(), key)
    const word = this.overridden()
    if (word) obey(partition, word)
    const stopped = this.retriesStopped()
    if (stopped) partition.policy.stopRetries(stopped.until)
    // Old workers have none.
    if (typeof WeakRef === 'function') this.#made.push(new WeakRef(partition))
    if (this.#made.length >= this.#pruneAt) this.#prune()
    return partition
  }
}

function obey({ policy: { breaker } }: Partition, word: Override | undefined): void {
  if (word === undefined) breaker?.restore()
  else if (word.kind === 'force-open') breaker?.forceOpen(word)
  else if (word.kind === 'force-closed') breaker?.forceClosed(word)
  else breaker?.isolate(word)
}

const BY_BADNESS: readonly BreakerState[] = ['closed', 'shedding', 'half-open', 'open']

function worst(states: readonly BreakerState[]): BreakerState {
  return states.reduce((bad, state) => (BY_BADNESS.indexOf(state) > BY_BADNESS.indexOf(bad) ? state : bad), 'closed')
}
