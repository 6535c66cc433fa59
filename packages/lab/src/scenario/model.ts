/**
 * Model: a scenario as everything here works on it. Units read, presets applied, names resolved to places in lists.
 *
 * Times are ms, rates a second, shares from 0 to 1; no limit is `Infinity`.
 *
 * @module
 */
import type { Backoff, BreakerSettings, FailureClass } from 'truce/policy'

/** What is modelled, and under which strategies. */
export interface Scenario {
  readonly name: string
  /** How messages call the file; `''` where there is none. */
  readonly file: string
  readonly seed: number
  /** Simulated, ms. */
  readonly durationMs: number
  /** In the order in which they stand; calls name them by their index. */
  readonly dependencies: readonly DependencyModel[]
  readonly callers: readonly CallersModel[]
  readonly strategies: readonly StrategyModel[]
}

/** A queueing system: workers, a waiting room before them, faults over time. */
export interface DependencyModel {
  readonly name: string
  /** Attempts served at once. */
  readonly workers: number
  /** How many may wait; an attempt beyond them is refused at once. */
  readonly queue: number
  readonly service: Distribution
  /** Service that gets slower under load; `undefined`: it does not. */
  readonly loaded: Loaded | undefined
  /** Way there, and again way back; `undefined`: none. */
  readonly network: Distribution | undefined
  /** What it calls before an attempt of it is done, one after the other. */
  readonly calls: readonly SubCalls[]
  /** How many processes serve it: each is a client of what it calls, with a state of its own. */
  readonly instances: number
  /** Does it know until when its callers wait? Then it drops what has expired before it works on it. */
  readonly deadlines: boolean
  /** It takes no more than this and refuses the rest at once; `undefined`: no such limit. */
  readonly admits: { readonly rate: number; readonly burst: number } | undefined
  /** Longest expected wait for an original and for a retry; beyond it they are refused at once. */
  readonly admission: { readonly originals: number; readonly retries: number } | undefined
  readonly faults: readonly Fault[]
}

export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'lognormal'; readonly p50: number; readonly p99: number }

export interface Loaded {
  /** Share of the service time that each waiting attempt adds. */
  readonly queued: number
  /** ms that each attempt served beside it adds. */
  readonly inFlight: number
}

export interface SubCalls {
  /** Index in `Scenario.dependencies`. */
  readonly dependency: number
  readonly times: number
  /** `undefined`: the strategy under test. */
  readonly strategy: StrategyModel | undefined
  /** Is exhaustion below heard above? */
  readonly peer: boolean
}

/** Something that goes wrong from `at` until `until`. What is not said is as ever. */
export interface Fault {
  readonly at: number
  readonly until: number
  /** Of the attempts (of the workers, where it is about those) that it concerns. */
  readonly share: number
  readonly kind: FaultKind
}

export type FaultKind =
  /** Refuses at once; `hang`: what arrives is never answered. */
  | { readonly is: 'down'; readonly hang: boolean }
  /** Nothing moves: what arrives waits, what is served is done later. */
  | { readonly is: 'frozen' }
  /** Served, and answered with a failure of this class; no effect. */
  | { readonly is: 'errors'; readonly share: number; readonly class: FailureClass }
  | { readonly is: 'slow'; readonly times: number }
  | { readonly is: 'workers'; readonly left: number }
  /** Served, took effect, and never answered. */
  | { readonly is: 'lost'; readonly share: number }

/** A population of callers under one name. */
export interface CallersModel {
  readonly name: string
  /** Processes; each has policies of its own. */
  readonly instances: number
  readonly arrivals: Arrivals
  /** Index in `Scenario.dependencies`. */
  readonly dependency: number
  readonly operation: string
  readonly effect: 'read' | 'write'
  /** Is a repeated write recognised there? */
  readonly idempotent: boolean
  /** Connections of each instance; `undefined`: as many as it likes. */
  readonly pool: { readonly size: number; readonly acquireTimeout: number } | undefined
}

export type Arrivals =
  /** So many callers an instance, each thinking (exponential, mean `think`) between calls; or one call each. */
  | {
      readonly kind: 'closed'
      readonly each: number
      readonly think: number
      readonly once: boolean
      /** The first call at 0 instead of after a think. */
      readonly startNow: boolean
    }
  /** Poisson for the whole group; the rate is linear between its points, as the last one after them. */
  | { readonly kind: 'open'; readonly rates: readonly RatePoint[] }
  /** As recorded: ms from the start, ascending; `instances[i]` made the i-th. */
  | { readonly kind: 'recorded'; readonly at: Float64Array; readonly instances: Int32Array }

export interface RatePoint {
  readonly at: number
  readonly rate: number
}

/** How callers deal with failure. One of Truce's own, or a model of another library (`like`). */
export interface StrategyModel {
  readonly name: string
  /** A client in `strategies/registry`; `truce`: the shipped policies. */
  readonly like: string
  /** What a model of another library was told besides: numbers by name. */
  readonly settings: Readonly<Record<string, number>>
  /** Repeats writes regardless. */
  readonly unsafe: boolean
  readonly attempts: number
  readonly attemptTimeout: number
  /** How long an attempt as a probe may keep its place, ms. */
  readonly lease: number
  readonly deadline: number
  /** `null`: no wait. */
  readonly backoff: Backoff | null
  readonly retryOn: ReadonlySet<FailureClass>
  /** Refusals for want of room wait. */
  readonly background: boolean
  readonly budget: BudgetModel | null
  readonly governor: boolean
  readonly breaker: BreakerModel | null
  readonly concurrency: { readonly limit: number; readonly queue: number } | null
}

export interface BudgetModel {
  readonly ratio: number
  readonly max: number
  readonly floor: number
}

export interface BreakerModel {
  readonly settings: BreakerSettings
  /** `Infinity`: slow calls are not told apart. */
  readonly slowCall: number
}
