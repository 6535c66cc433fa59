/**
 * Contract of a document: what was written, with presets applied and units read.
 *
 * @module
 */
import { BUDGET, type Preset, type PresetName, PRESETS, TRANSIENT } from 'truce/policy'
import type { Written } from '../schema/document.js'
import { DURATION, durationOf, rateOf, SHARE, shareOf } from './forms.js'
import type {
  Backoff,
  Budget,
  Call,
  Contract,
  Depended,
  Exhausted,
  Operation,
  OperationIdempotency,
  Served,
  ServedIdempotency,
} from './model.js'
import type { Places } from './places.js'
import { memberOf, offsetOf, type Tree } from './tree.js'

type WrittenServed = NonNullable<Written['serves']>[string]
type WrittenDepended = NonNullable<Written['depends']>[string]
export type WrittenOperation = NonNullable<WrittenDepended['operations']>[string]

/** What counts where a document says nothing, and no preset does. */
const DEFAULTS = Object.freeze({ version: 1, instances: 1, amplification: 4 })

/** @param tree of the right shape @param written the same without places */
export function contractOf(tree: Tree, written: Written, file: string, places: Places): Contract {
  return Object.freeze<Contract>({
    file,
    service: written.service,
    version: written.version ?? DEFAULTS.version,
    instances: written.instances ?? DEFAULTS.instances,
    limits: Object.freeze({ amplification: written.limits?.amplification ?? DEFAULTS.amplification }),
    serves: mapOf(written.serves, served),
    depends: mapOf(written.depends, depended),
    at: (path) => places.of(offsetOf(tree, path)),
    written: (path) => memberOf(tree, path) !== undefined,
  })
}

function mapOf<From, To>(from: Readonly<Record<string, From>> | undefined, make: (name: string, each: From) => To) {
  return new Map(Object.entries(from ?? {}).map(([name, each]) => [name, make(name, each)]))
}

const optional = <From, To>(value: From | undefined, read: (value: From) => To): To | undefined =>
  value === undefined ? undefined : read(value)

function served(name: string, written: WrittenServed): Served {
  return Object.freeze<Served>({
    name,
    path: Object.freeze(['serves', name]),
    effect: written.effect,
    urgency: written.urgency ?? 'interactive',
    deadline: durationOf(written.deadline ?? 'none'),
    latency: { p50: optional(written.latency?.p50, durationOf), p99: optional(written.latency?.p99, durationOf) },
    rate: optional(written.rate, rateOf),
    capacity: optional(written.capacity, rateOf),
    slo: { p99: optional(written.slo?.p99, durationOf), availability: optional(written.slo?.availability, shareOf) },
    retriesShare: optional(written.retries?.share, shareOf),
    idempotency: optional(written.idempotency, servedIdempotency),
    calls: Object.entries(written.calls ?? {}).map(([target, times]) => call(target, times)),
  })
}

function servedIdempotency(written: NonNullable<WrittenServed['idempotency']>): ServedIdempotency {
  if (written === 'natural') return { kind: 'natural' }
  return { kind: 'key', key: written.key ?? 'required', ttl: optional(written.ttl, durationOf), fields: written.fields }
}

function call(target: string, written: NonNullable<WrittenServed['calls']>[string]): Call {
  const dot = target.indexOf('.')
  const { times = 1, concurrent = false } = typeof written === 'number' ? { times: written } : written
  return { target, dependency: target.slice(0, dot), operation: target.slice(dot + 1), times, concurrent }
}

function depended(name: string, written: WrittenDepended): Depended {
  const mode = written.mode ?? 'enforce'
  return Object.freeze<Depended>({
    name,
    path: Object.freeze(['depends', name]),
    url: written.url,
    broker: written.broker,
    deliveries: written.deliveries,
    peer: written.peer ?? false,
    agreed: written.agreed,
    budget: budget(written.budget),
    governor: written.governor ?? 'default',
    breaker: named(written.breaker) ?? 'default',
    concurrency:
      typeof written.concurrency === 'object' ? measured(written.concurrency) : (written.concurrency ?? 'none'),
    partition: partition(written),
    mode,
    layers: written.layers ?? [],
    operations: mapOf(written.operations, (operation, each) => operationOf(name, operation, each, mode)),
  })
}

function budget(written: WrittenDepended['budget']): Budget | 'none' {
  if (written === 'none') return 'none'
  return Object.freeze<Budget>({
    ratio: shareOf(written?.ratio ?? BUDGET.ratio),
    scope: written?.scope ?? 'process',
    floor: optional(written?.floor, rateOf),
    max: optional(written?.max, rateOf),
    classes: optional(written?.classes, (classes) =>
      Object.fromEntries(Object.entries(classes).map(([name, part]) => [name, shareOf(part ?? 0)])),
    ),
  })
}

function named(written: WrittenDepended['breaker']): Depended['breaker'] | undefined {
  return typeof written === 'object' ? measured(written) : written
}

/** Durations in ms, shares from 0 to 1; words and numbers as they are. */
function measured(written: object): Readonly<Record<string, string | number>> {
  const read = (value: string | number) => {
    if (typeof value !== 'string') return value
    return DURATION.test(value) ? durationOf(value) : SHARE.test(value) ? shareOf(value) : value
  }
  const entries = Object.entries(written) as [string, string | number][]
  return Object.freeze(Object.fromEntries(entries.map(([name, value]) => [name, read(value)])))
}

/** It counts for the whole dependency, wherever it was written. */
function partition({ partition: own, operations }: WrittenDepended): Depended['partition'] {
  const written = own ?? Object.values(operations ?? {}).find((each) => each.partition !== undefined)?.partition
  if (written === undefined) return undefined
  return typeof written === 'string' ? { by: written, max: undefined } : { by: written.by, max: written.max }
}

function operationOf(dependency: string, name: string, written: WrittenOperation, mode: Operation['mode']): Operation {
  const use: PresetName = written.use ?? 'baseline'
  const preset: Preset = PRESETS[use]
  const timeout = written.attemptTimeout
  const adaptive = typeof timeout === 'object' ? timeout : undefined
  const longest = typeof timeout === 'object' ? timeout.max : timeout
  return Object.freeze<Operation>({
    name,
    path: Object.freeze(['depends', dependency, 'operations', name]),
    dependency,
    servedAs: written.servedAs ?? name,
    use,
    effect: written.effect,
    attempts: written.attempts ?? preset.attempts,
    connectTimeout: optional(written.connectTimeout, durationOf),
    attemptTimeout: longest === undefined ? preset.attemptTimeout : durationOf(longest),
    adaptiveTimeout: optional(adaptive, measured),
    deadline: optional(written.deadline, durationOf) ?? preset.deadline,
    backoff: backoff(written.backoff, preset.backoff),
    retryOn: written.retryOn ?? TRANSIENT,
    risk: written.risk ?? (written.effect === 'write' ? 'high' : 'low'),
    idempotency: optional(written.idempotency, idempotency),
    owner: written.owner,
    exhausted: exhausted(written, preset.background),
    fallback: written.fallback,
    hedge: optional(written.hedge, ({ after, max = 1 }) => ({
      after: typeof after === 'object' ? after : durationOf(after),
      max,
    })),
    degradeWhen: optional(written.degradeWhen, measured),
    immediate: written.immediate,
    idle: optional(written.idle, durationOf) ?? preset.idle,
    mode: written.mode ?? mode,
  })
}

function backoff(written: WrittenOperation['backoff'], preset: Backoff): Backoff | 'none' {
  if (written === 'none' || written === undefined) return written ?? preset
  const initial = optional(written.initial, durationOf) ?? preset.initial
  return Object.freeze<Backoff>({
    initial,
    factor: written.factor ?? preset.factor,
    max: optional(written.max, durationOf) ?? Math.max(initial, preset.max),
    jitter: written.jitter ?? 'full',
  })
}

function idempotency(written: NonNullable<WrittenOperation['idempotency']>): OperationIdempotency {
  if (written === 'natural') return { kind: 'natural' }
  const window = written.window === undefined ? Number.POSITIVE_INFINITY : durationOf(written.window)
  return { kind: 'key', key: written.key, window, profile: written.profile }
}

/** Background calls end as dead letters where nothing else is said: nobody waits who could hear of a failure. */
function exhausted({ exhausted: written, fallback }: WrittenOperation, background: boolean): Exhausted | undefined {
  if (written === undefined) {
    if (fallback !== undefined) return { kind: 'fallback' }
    return background ? { kind: 'dead-letter' } : undefined
  }
  if (written === 'cached') return { kind: 'cached', maxAge: undefined, key: undefined, max: undefined }
  if (typeof written === 'string') return { kind: written }
  const { maxAge, key, max } = written.cached
  return { kind: 'cached', maxAge: optional(maxAge, durationOf), key, max }
}
