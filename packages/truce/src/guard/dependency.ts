/**
 * Dependency: what is called, with all that its operations share.
 *
 * @module
 */
import { startInheritance } from '../context/inherit.js'
import { httpClassifier } from '../http/semantics/classify.js'
import type { BreakerState } from '../policy/breaker.js'
import { Bulkhead } from '../policy/concurrency.js'
import { Quantile } from '../policy/quantile.js'
import { countersOf, type DependencyGauges, dependencyGauges } from '../telemetry/counters.js'
import { breakerChanges } from '../telemetry/events.js'
import { type Clock, systemClock } from './clock.js'
import type { Core, Queued } from './core.js'
import { type DependencyOptions, type DependencySettings, dependencySettings } from './options/dependency-options.js'
import { type OperationOptions, operationSettings } from './options/operation-options.js'
import { makeOperation, type Operation } from './operation.js'
import { reportBreaker } from './report.js'
import { WaitingRoom } from './waiting-room.js'
import { wheelOf } from './wheel.js'

export interface Dependency {
  readonly name: string
  /**
   * A named action on it.
   *
   * @throws OptionError naming the option, its value and what is allowed
   */
  operation(name: string, options: OperationOptions): Operation
  /** What its policies say of themselves now. */
  state(): DependencyGauges
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
  const shared = share(name, settings, options.clock ?? systemClock, options.random ?? Math.random)
  return Object.freeze<Dependency>({
    name,
    operation(operation, operationOptions) {
      const own = operationSettings(operation, operationOptions)
      if (own.rules.attempts !== Number.POSITIVE_INFINITY) settings.policy.budget?.admit(own.rules.attempts)
      const core: Core = {
        ...shared.core,
        operation,
        effect: own.effect,
        rules: own.rules,
        attemptTimeout: own.attemptTimeout,
        deadline: own.deadline,
        lease: own.lease,
        deadlineCuts: true,
        owner: own.owner,
        eachItsOwn: false,
        classifiers: [...own.classifiers, ...settings.classifiers, shared.classify],
        counters: countersOf(settings.service, name, operation, own.effect),
        latency: new Quantile(0.5),
        waitingRoom: shared.waitingRoom(),
      }
      return makeOperation(core, (own.mode ?? settings.mode) === 'observe')
    },
    state: shared.gauges,
  })
}

type SharedCore = Omit<
  Core,
  | 'operation'
  | 'effect'
  | 'rules'
  | 'attemptTimeout'
  | 'deadline'
  | 'deadlineCuts'
  | 'lease'
  | 'owner'
  | 'eachItsOwn'
  | 'classifiers'
  | 'counters'
  | 'latency'
  | 'waitingRoom'
>

function share(name: string, settings: DependencySettings, clock: Clock, random: () => number) {
  const { policy, service } = settings
  const bulkhead = settings.concurrency && new Bulkhead<Queued>(settings.concurrency)
  const wheel = wheelOf(clock)
  const rooms = new Set<WaitingRoom>()
  const waitingRoom = () => new WaitingRoom(policy, bulkhead, wheel, () => clock.now(), random, rooms)
  const gauges = (): DependencyGauges => ({
    budgetRemaining: policy.budget?.remaining(clock.now()),
    breakerState: policy.breakerState(clock.now()),
    governorLevel: policy.governor?.level,
    inFlight: bulkhead?.inFlight ?? 0,
    waiting: [...rooms].reduce((sum, room) => sum + room.size, bulkhead?.waiting ?? 0),
    concurrencyLimit: bulkhead?.settings.limit,
  })
  const counters = dependencyGauges(service, name, gauges)
  let state: BreakerState = 'closed'
  const core: SharedCore = {
    service,
    layer: settings.layer,
    dependency: name,
    policy,
    bulkhead,
    clock,
    wheel,
    random,
    breakerMoved(now, changed) {
      if (changed || state !== 'closed') core.breakerChanged(now)
    },
    roomReturned(now) {
      for (const room of rooms) room.roomReturned(now)
    },
    breakerChanged(now) {
      const from = state
      state = policy.breakerState(now)
      if (state === from) return
      if (state === 'open') counters.breakerOpened++
      else if (state === 'closed') for (const room of rooms) room.reopened(now)
      reportBreaker(core, now, state)
      if (breakerChanges.active)
        breakerChanges.emit({ t: clock.epoch + now, dependency: name, service, from, to: state })
    },
  }
  const classify = httpClassifier({
    nowEpoch: () => clock.epoch + clock.now(),
    resolvedBefore: () => policy.hasAnswered,
  })
  return { core, gauges, classify, waitingRoom }
}
