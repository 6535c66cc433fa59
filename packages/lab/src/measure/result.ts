/**
 * Result: what a simulation found, in the words that the command line prints.
 *
 * @module
 */
import type { Series } from './series.js'

/** Of one run, or of several with different seeds: then every number is their mean. */
export interface SimulationResult {
  readonly name: string
  readonly seed: number
  readonly simulatedMs: number
  readonly events: number
  /** The only field that may differ between two runs of the same file and seed. */
  readonly wallMs: number
  /** How many seeds, where there is more than one: `seed`, `seed + 1`, … */
  readonly seeds?: number
  readonly strategies: Readonly<Record<string, StrategyResult>>
}

/** Calls are those that ended within the simulated time. */
export interface StrategyResult {
  readonly calls: number
  readonly succeeded: number
  readonly failed: number
  /** Of the outermost callers, like all but `dependencies`. */
  readonly attempts: number
  readonly retries: number
  /** Attempts a call. */
  readonly amplification: number
  /** Of calls that made an attempt or were refused it: share whose original succeeded. */
  readonly firstAttemptSuccess: number
  readonly finalSuccess: number
  /** Of attempts. */
  readonly retryShare: number
  /** Successful calls a second. */
  readonly goodput: number
  /** Over buckets of 1 s. */
  readonly peakAttemptsPerSecond: number
  readonly peakRetriesPerSecond: number
  /** From the end of the last fault; `null`: never, or there is none. */
  readonly recoveredAfterMs: number | null
  /** Whole calls, waits included; `null` where there were none. */
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  /** Effects beyond one a call. */
  readonly duplicates: number
  /** Calls that ended in a refusal of the strategy before any attempt. */
  readonly refused: number
  /** Why calls ended, `ok` left out. */
  readonly stops: Readonly<Record<string, number>>
  readonly dependencies: Readonly<Record<string, DependencyResult>>
  /** 95 % confidence: half-widths, by the field's name; with several seeds only. */
  readonly ci95?: Readonly<Record<string, number>>
}

export interface DependencyResult {
  readonly attempts: number
  /** Attempts that reached it, for each call of an outermost caller. */
  readonly amplification: number
  readonly peakAttemptsPerSecond: number
  /** Share of the workers' time in which they worked; capacity lost to faults counts as there. */
  readonly utilisation: number
}

/** A result and, of its (first) seed, how it went over time. */
export interface Simulated {
  readonly result: SimulationResult
  readonly series: Series
}
