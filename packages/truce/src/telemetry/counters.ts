/**
 * Counters: plain numbers that the guard adds to and nobody has to read.
 *
 * Five OpenTelemetry instruments on the path made a call 187 times dearer than `await fn()`; a field
 * that is incremented costs nothing that can be measured. Readers come by themselves (`metrics()`).
 *
 * @module
 */
import type { BreakerState } from '../policy/breaker.js'
import { STOP_REASONS, type StopReason } from '../policy/stop.js'
import { Histogram } from './histogram.js'
import { Registry } from './registry.js'

type Effect = 'read' | 'write'

/** This attempt and all later ones share a series: background calls retry without a bound. */
export const LAST_ATTEMPT = 10

/** Of one operation, summed over every guard of that name in this process. */
export class OperationCounters {
  /** Calls that began, refused ones included. */
  calls = 0
  /** Attempts that were sent. */
  attempts = 0
  /** Calls that the original answered. */
  firstAttemptSuccess = 0
  retryAttempts = 0
  /** Attempts beside another one. */
  hedges = 0
  /** Calls that got something else instead of their answer. */
  fallbackUsed = 0
  cacheUsed = 0
  /** Calls that failed although they had every attempt that they were allowed. */
  retryExhausted = 0
  /** Attempts that failed as `timeout`. */
  timeouts = 0
  /** Calls under way, their waits included. */
  inFlight = 0
  /** Of attempts and calls, but for calls that their original answered: for both it took the same time. */
  readonly #attempts = new Histogram()
  readonly #calls = new Histogram()
  readonly #originals = new Histogram()
  readonly #refused = new Map<StopReason, number>(STOP_REASONS.map((reason) => [reason, 0]))
  readonly #retrySuccess = new Float64Array(LAST_ATTEMPT + 1)

  constructor(
    readonly service: string,
    readonly dependency: string,
    readonly operation: string,
    readonly effect: Effect,
  ) {}

  /** An attempt, the original or a further one, was refused. */
  refuse(reason: StopReason): void {
    this.#refused.set(reason, this.refused(reason) + 1)
  }

  refused(reason: StopReason): number {
    return this.#refused.get(reason) ?? 0
  }

  /** The original answered after `ms`: as long took the attempt, as long the call. */
  firstSuccess(ms: number): void {
    this.firstAttemptSuccess++
    this.#originals.observe(ms)
  }

  /** An attempt took `ms`, and was not all of its call. */
  attemptTook(ms: number): void {
    this.#attempts.observe(ms)
  }

  /** A call took `ms`, and was more than an original that answered. */
  callTook(ms: number): void {
    this.#calls.observe(ms)
  }

  /** How long attempts took; a copy. */
  get attemptDuration(): Histogram {
    return sum(this.#attempts, this.#originals)
  }

  /** How long calls took, waits included; a copy. */
  get callDuration(): Histogram {
    return sum(this.#calls, this.#originals)
  }

  /** @param attempt its number: 2 is the first retry */
  retrySucceeded(attempt: number): void {
    const slot = Math.min(LAST_ATTEMPT, attempt)
    this.#retrySuccess[slot] = this.retrySuccess(slot) + 1
  }

  /** Retries that succeeded as attempt number `attempt`; `LAST_ATTEMPT` counts all later ones too. */
  retrySuccess(attempt: number): number {
    return this.#retrySuccess[attempt] ?? 0
  }
}

function sum(one: Histogram, other: Histogram): Histogram {
  const both = new Histogram()
  both.count = one.count + other.count
  both.sum = one.sum + other.sum
  for (let bucket = 0; bucket < both.buckets.length; bucket++) {
    both.buckets[bucket] = (one.buckets[bucket] as number) + (other.buckets[bucket] as number)
  }
  return both
}

/** What a dependency's policies say of themselves at the moment of asking. */
export interface DependencyGauges {
  /** In retries. */
  readonly budgetRemaining: number | undefined
  /** Of several partitions the worst. */
  readonly breakerState: BreakerState
  /** From 0.2 to 2; of several partitions the least. `undefined` without a governor. */
  readonly governorLevel: number | undefined
  /** Slots of the concurrency limit that are taken; 0 without one. */
  readonly inFlight: number
  /** Calls that wait for a slot, and background calls in line. */
  readonly waiting: number
  /** In force now; `undefined` without one. */
  readonly concurrencyLimit: number | undefined
}

/** Of one dependency, summed over every guard of that name in this process. */
export class DependencyCounters {
  /** Times that the breaker opened. */
  breakerOpened = 0

  /** @param read asks the policies of the guard that came last under this name */
  constructor(
    readonly service: string,
    readonly dependency: string,
    public read: () => DependencyGauges,
  ) {}
}

/**
 * Does anybody read durations? Operations that keep no time for themselves read no clock before that: it
 * costs as much as the call.
 */
export const durations = { wanted: false }

const operations = new Registry<OperationCounters>('operations')
const dependencies = new Registry<DependencyCounters>('dependencies')

/** The counters of an operation: the same names share one object. Look them up once, at construction. */
export function countersOf(
  service: string,
  dependency: string,
  operation: string,
  effect: Effect = 'read',
): OperationCounters {
  return operations.get(
    [service, dependency, operation, effect],
    (...names) => new OperationCounters(names[0] as string, names[1] as string, names[2] as string, effect),
  )
}

/**
 * Registers how to read a dependency's gauges; nothing is read until somebody asks for metrics.
 *
 * Of several guards of one name the last is read, and the only one that is held: the guards before it
 * can be collected.
 *
 * @returns the dependency's own counters: the same names share one object
 */
export function dependencyGauges(
  service: string,
  dependency: string,
  read: () => DependencyGauges,
): DependencyCounters {
  const counters = dependencies.get(
    [service, dependency],
    (...names) => new DependencyCounters(names[0] as string, names[1] as string, read),
  )
  counters.read = read
  return counters
}

/** For `metrics()`: everything counted in this process. */
export function counted(): { operations: readonly OperationCounters[]; dependencies: readonly DependencyCounters[] } {
  return { operations: operations.values(), dependencies: dependencies.values() }
}
