/**
 * Dependency: what is called, with all that its operations share.
 *
 * @module
 */
import { startInheritance } from '../context/inherit.js'
import type { Classifier } from '../policy/classify.js'
import { profileClassifier } from '../profiles/classifier.js'
import type { Profile } from '../profiles/profile.js'
import { countersOf, type DependencyGauges } from '../telemetry/counters.js'
import { type BreakerControl, breakerControl } from './breaker-control.js'
import { systemClock } from './clock.js'
import { Core } from './core.js'
import { checkName, type DependencyOptions, dependencySettings } from './options/dependency-options.js'
import { type OperationOptions, operationSettings } from './options/operation-options.js'
import { makeOperation, type Operation } from './operation.js'
import type { Partition } from './partition.js'
import { PartitionSet } from './partition-set.js'
import { type RetryControl, retryControl } from './retry-control.js'
import { StandIn } from './stand-in.js'

/** What is called, guarded: make its operations once, and share them. */
export interface Dependency {
  /** As it was given. */
  readonly name: string
  /** What partitions are named by, where it has any. */
  readonly partitionedBy: 'host' | 'tenant' | 'shard' | undefined
  /**
   * A named action on it.
   *
   * @throws OptionError naming the option, its value and what is allowed
   */
  operation<F = never>(name: string, options: OperationOptions<F>): Operation<F>
  /** What its policies say of themselves now. @param partition one of its partitions; else the worst of all */
  state(partition?: string): DependencyGauges
  /** What its API does with idempotency keys, where that was declared. */
  readonly profile: Profile | undefined
  /** The operator's hand on its breaker. */
  readonly breaker: BreakerControl
  /** The operator's hand on its retries. */
  readonly retries: RetryControl
}

/**
 * What is called. Make one for each dependency, once, and share it: budget, breaker, governor and
 * concurrency limit are the dependency's, not the call's.
 *
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const inventory = dependency('inventory', { service: 'order-api', concurrency: 50 })
 * const reserve = inventory.operation('reserve', { use: 'interactive', effect: 'write' })
 */
export function dependency(name: string, options: DependencyOptions = {}): Dependency {
  const settings = dependencySettings(name, options)
  if (settings.inherit) startInheritance()
  const partitions = new PartitionSet(name, settings, options.clock ?? systemClock, options.random ?? Math.random)
  return Object.freeze<Dependency>({
    name,
    partitionedBy: settings.partitionedBy,
    profile: settings.profile,
    operation<F>(operation: string, operationOptions: OperationOptions<F>) {
      const own = operationSettings(operation, operationOptions, settings.profile)
      if (own.rules.attempts !== Number.POSITIVE_INFINITY) settings.admit(own.rules.attempts)
      const owners = typeof own.owner === 'object' ? Object.values(own.owner) : own.owner ? [own.owner] : []
      for (const each of owners) checkName(settings.peer, each, 'owner')
      const standIn = own.standIn && new StandIn(own.standIn, `${name}.${operation}`)
      const counters = countersOf(settings.service, name, operation, own.effect)
      const { profile } = own.keys
      const last = (http: Classifier): Classifier =>
        profile && own.effect === 'write' ? profileClassifier(profile, http) : http
      const make = (partition: Partition): Core =>
        new Core(
          {
            ...own,
            operation,
            standIn,
            counters,
            honoursKeys: own.keys.honoured,
            peer: settings.peer,
            classifiers: [...own.classifiers, ...settings.classifiers, last(partitions.classifierOf(partition))],
          },
          partition,
        )
      // Partitions are forgotten one by one: what each operation knows of one is kept with it.
      const cores = new WeakMap<Partition, Core>()
      const coreOf = (key: string | undefined): Core => {
        const partition = partitions.get(key)
        let core = cores.get(partition)
        if (!core) cores.set(partition, (core = make(partition)))
        return core
      }
      return makeOperation<F>({
        name: operation,
        rules: own.rules,
        keys: own.keys,
        epoch: () => partitions.epoch + partitions.now(),
        cacheKey: standIn?.key ?? [],
        partitioned: settings.partitions !== undefined,
        observes: (own.mode ?? settings.mode) === 'observe',
        only: make(partitions.whole),
        coreOf,
      })
    },
    state: (partition) => partitions.gauges(partition),
    breaker: breakerControl(partitions),
    retries: retryControl(partitions),
  })
}
