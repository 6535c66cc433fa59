/**
 * Options of guards: what a document says, in the words of `dependency()` and its `operation()`.
 *
 * @module
 */
import type { CachedOptions, DependencyOptions, OperationOptions, TransientClass } from 'truce'
import type { Profile } from 'truce/profiles'
import type { Contract, Depended, Operation } from '../document/model.js'
import type { Surroundings } from './surroundings.js'

/** Only members that have a value: an option that is `undefined` would hide a default. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

export function dependencyOptions<F>(contract: Contract, of: Depended, around: Surroundings<F>): DependencyOptions {
  const instances = around.instances ?? contract.instances
  return given<DependencyOptions>({
    service: contract.service,
    layer: around.layer,
    instances,
    budget: budget(of, instances),
    governor: of.governor === 'none' ? 'none' : undefined,
    breaker: of.breaker === 'default' ? undefined : of.breaker,
    concurrency: of.concurrency as DependencyOptions['concurrency'],
    partition: of.partition && partition(of.partition),
    peer: of.peer ? around.peer : undefined,
    mode: of.mode,
    classify: around.classify?.[of.name],
    inherit: around.inherit,
    clock: around.clock,
    random: around.random,
  })
}

/** Rates of a fleet are each instance's part of them. */
function budget({ budget: of }: Depended, instances: number): DependencyOptions['budget'] {
  if (of === 'none') return 'none'
  const part = of.scope === 'fleet' ? instances : 1
  const { ratio, floor, max, classes } = of
  return given({
    ratio,
    floor: floor === undefined ? undefined : floor / part,
    max: max === undefined ? undefined : max / part,
    classes,
  })
}

function partition({ by, max }: NonNullable<Depended['partition']>): DependencyOptions['partition'] {
  return max === undefined ? by : { by, max }
}

/** What an operation's document names, and what else has to be known of it. */
interface Named<F> {
  /** Registered by code under the name that the document gives. */
  readonly fallback: OperationOptions<F>['fallback']
  readonly profile: Profile | undefined
  /** The mode was written at the operation, and not at its dependency. */
  readonly ownMode: boolean
}

export function operationOptions<F>(of: Operation, { fallback, profile, ownMode }: Named<F>): OperationOptions<F> {
  return given<OperationOptions<F>>({
    use: of.use,
    effect: of.effect,
    attempts: Number.isFinite(of.attempts) ? of.attempts : undefined,
    attemptTimeout: of.adaptiveTimeout ? { ...of.adaptiveTimeout, max: of.attemptTimeout } : limit(of.attemptTimeout),
    deadline: limit(of.deadline),
    backoff: of.backoff,
    retryOn: of.retryOn as readonly TransientClass[],
    risk: of.risk,
    idempotency: idempotency(of, profile),
    owner: of.owner,
    immediate: of.immediate,
    hedge: of.hedge,
    exhausted: exhausted(of),
    fallback,
    degradeWhen: of.degradeWhen,
    idle: of.use === 'stream' && of.idle !== undefined ? limit(of.idle) : undefined,
    mode: ownMode ? of.mode : undefined,
  } as OperationOptions<F>)
}

const limit = (ms: number): number | 'none' => (ms === Number.POSITIVE_INFINITY ? 'none' : ms)

/** Whatever a document says of keys declares that the dependency honours them. */
function idempotency({ idempotency: of }: Operation, profile: Profile | undefined): OperationOptions['idempotency'] {
  if (of === undefined || of.kind === 'natural') return of && 'natural'
  return given({ window: Number.isFinite(of.window) ? of.window : undefined, profile })
}

/** What belongs to queues ends here as a failure; `gaps()` says so. */
function exhausted({ exhausted: of }: Operation): OperationOptions['exhausted'] {
  if (of === undefined) return undefined
  if (of.kind === 'fallback') return 'fallback'
  if (of.kind !== 'cached') return 'fail'
  return { cached: given({ maxAge: of.maxAge, key: of.key, max: of.max } as CachedOptions) }
}
