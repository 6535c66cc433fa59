/**
 * Model: a contract as it counts, with presets applied and units read.
 *
 * The document says what its author wanted to say; rules, graph and guards need what follows from it. So the
 * loader makes this once, and nobody after it asks whether a field was written, but for those that must tell
 * the author where to write one (`written`, `at`).
 *
 * Times are ms, rates a second, shares from 0 to 1; `Infinity` is "no limit".
 *
 * @module
 */
import type { PresetName } from 'truce'

/** Where something stands. Both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Names of members, from the top of the document: `['depends', 'inventory', 'operations', 'reserve']`. */
export type Path = readonly (string | number)[]

/** One document. */
export interface Contract {
  /** As it was given, relative to where the reader stands. */
  readonly file: string
  readonly service: string
  readonly version: number
  readonly instances: number
  readonly limits: { readonly amplification: number }
  readonly serves: ReadonlyMap<string, Served>
  readonly depends: ReadonlyMap<string, Depended>
  /** Where the member stands; where it was not written, the nearest one above it that was. */
  at(path: Path): Position
  /** Was it written, rather than taken from a preset or default? */
  written(path: Path): boolean
}

export type Effect = 'read' | 'write'

/** An operation that the service promises its callers. */
export interface Served {
  readonly name: string
  /** `['serves', name]`. */
  readonly path: Path
  readonly effect: Effect
  readonly urgency: 'interactive' | 'background'
  readonly deadline: number
  readonly latency: { readonly p50: number | undefined; readonly p99: number | undefined }
  readonly rate: number | undefined
  readonly capacity: number | undefined
  readonly slo: { readonly p99: number | undefined; readonly availability: number | undefined }
  /** Of originals, that it admits as retries from all its callers. */
  readonly retriesShare: number | undefined
  readonly idempotency: ServedIdempotency | undefined
  readonly calls: readonly Call[]
}

/** `natural`: repeating is harmless. */
export type ServedIdempotency =
  | { readonly kind: 'natural' }
  | {
      readonly kind: 'key'
      readonly key: 'required' | 'optional'
      readonly ttl: number | undefined
      /** Of the payload, that make it what it is; `undefined`: all. */
      readonly fields: readonly string[] | undefined
    }

/** What one call of a served operation calls. */
export interface Call {
  /** As written: `inventory.reserve`. */
  readonly target: string
  readonly dependency: string
  readonly operation: string
  readonly times: number
  /** All at once, rather than one after the other. */
  readonly concurrent: boolean
}

/** A dependency, and what is promised to it. */
export interface Depended {
  readonly name: string
  readonly path: Path
  readonly url: string | undefined
  /** Its broker, where it is a queue. */
  readonly broker: string | undefined
  /** A broker's own limit of deliveries. */
  readonly deliveries: number | undefined
  readonly peer: boolean
  /** The version of its contract that this was checked against. */
  readonly agreed: number | undefined
  /** `none`: retries are not bounded. */
  readonly budget: Budget | 'none'
  readonly governor: 'default' | 'none'
  /** `default`: the detector of dead dependencies. */
  readonly breaker: Breaker | 'default' | 'none'
  readonly concurrency: Concurrency | 'none'
  readonly partition: Partition | undefined
  readonly mode: 'enforce' | 'observe'
  /** Foreign layers below the guard, the outer first. */
  readonly layers: readonly Layer[]
  readonly operations: ReadonlyMap<string, Operation>
}

export interface Layer {
  readonly name: string
  readonly attempts: number
}

export interface Budget {
  readonly ratio: number
  readonly scope: 'process' | 'fleet'
  /** Of each instance; with `scope: fleet` the fleet's. */
  readonly floor: number | undefined
  readonly max: number | undefined
  readonly classes: Readonly<Record<string, number>> | undefined
}

/** As written: the guard fills in the rest. Times ms, shares 0 to 1. */
export type Breaker = Readonly<Record<string, string | number>>
export type Concurrency = number | 'adaptive' | Readonly<Record<string, string | number>>

export interface Partition {
  readonly by: 'host' | 'tenant' | 'shard'
  readonly max: number | undefined
}

export interface Backoff {
  readonly initial: number
  readonly factor: number
  readonly max: number
  readonly jitter: 'full' | 'equal' | 'decorrelated' | 'none'
}

/** An operation that is called. */
export interface Operation {
  readonly name: string
  /** `['depends', DEPENDENCY, 'operations', name]`. */
  readonly path: Path
  readonly dependency: string
  /** Its name there: its own, unless it is called in two ways. */
  readonly servedAs: string
  readonly use: PresetName
  readonly effect: Effect
  /** `Infinity`: as many as fit the deadline. */
  readonly attempts: number
  readonly connectTimeout: number | undefined
  /** `Infinity`: none. Of a learned one its longest. */
  readonly attemptTimeout: number
  /** A learned attempt timeout, as written. */
  readonly adaptiveTimeout: Readonly<Record<string, string | number>> | undefined
  readonly deadline: number
  readonly backoff: Backoff | 'none'
  readonly retryOn: readonly string[]
  readonly risk: 'high' | 'low'
  readonly idempotency: OperationIdempotency | undefined
  readonly owner: string | { readonly transient: string; readonly business: string } | undefined
  /** `undefined`: nothing is said of what then. */
  readonly exhausted: Exhausted | undefined
  /** Name of the function that code registers. */
  readonly fallback: string | undefined
  readonly hedge: { readonly after: number | { readonly quantile: number }; readonly max: number } | undefined
  readonly degradeWhen: Readonly<Record<string, string | number>> | undefined
  readonly immediate: 'not-sent' | undefined
  /** `stream`: longest silence between two chunks. */
  readonly idle: number | undefined
  readonly mode: 'enforce' | 'observe'
}

/** `natural`: repeating is harmless. */
export type OperationIdempotency =
  | { readonly kind: 'natural' }
  | {
      readonly kind: 'key'
      /** A template, such as `{incoming}_line_{line}`; `undefined`: code gives the key. */
      readonly key: string | undefined
      /** How long it may be repeated; `Infinity` where not said. */
      readonly window: number
      readonly profile: string | undefined
    }

export type Exhausted =
  | { readonly kind: 'fail' | 'fallback' | 'pending' | 'dead-letter' }
  | {
      readonly kind: 'cached'
      readonly maxAge: number | undefined
      readonly key: readonly string[] | undefined
      /** Answers kept; `undefined`: the guard's default. */
      readonly max: number | undefined
    }
