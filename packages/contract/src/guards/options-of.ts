/**
 * Options of guards: what a document says, in the words of `dependency()` and its `operation()`.
 *
 * @module
 */
import type { CachedOptions, DependencyOptions, OperationOptions, TransientClass } from 'truce'
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

/** @param fallback registered by code under the name that the document gives */
export function operationOptions<F>(
  of: Operation,
  fallback: OperationOptions<F>['fallback'],
  ownMode: boolean,
): OperationOptions<F> {
  return given<OperationOptions<F>>({
    use: of.use,
    effect: of.effect,
    attempts: Number.isFinite(of.attempts) ? of.attempts : undefined,
    attemptTimeout: of.adaptiveTimeout ? { ...of.adaptiveTimeout, max: of.attemptTimeout } : limit(of.attemptTimeout),
    deadline: limit(of.deadline),
    backoff: of.backoff,
    retryOn: of.retryOn as readonly TransientClass[],
    risk: of.risk,
    idempotency: idempotency(of),
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

function idempotency({ idempotency: of }: Operation): OperationOptions['idempotency'] {
  if (of === undefined || of.kind === 'natural') return of && 'natural'
  return of.window === Number.POSITIVE_INFINITY ? {} : { window: of.window }
}

/** What belongs to queues ends here as a failure; `gaps()` says so. */
function exhausted({ exhausted: of }: Operation): OperationOptions['exhausted'] {
  if (of === undefined) return undefined
  if (of.kind === 'fallback') return 'fallback'
  if (of.kind !== 'cached') return 'fail'
  return { cached: given({ maxAge: of.maxAge, key: of.key, max: of.max } as CachedOptions) }
}
