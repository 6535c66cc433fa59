/**
 * Simulate: a scenario, run once for each strategy and seed.
 *
 * @module
 */
import type { Simulated } from './measure/result.js'
import type { Scenario } from './scenario/model.js'

export interface SimulateOptions {
  /** Instead of the scenario's. */
  readonly seed?: number | undefined
  /** So many runs with seeds `seed`, `seed + 1`, …; default 1. */
  readonly seeds?: number | undefined
  /** Width of a bucket of the series, ms; default: as makes about 300 of the whole. */
  readonly bucketMs?: number | undefined
  /** Hears how far it is, from 0 to 1. */
  readonly progress?: ((done: number, events: number) => void) | undefined
}

/**
 * Runs a scenario. Same scenario and seed: same result on every machine, `wallMs` aside.
 *
 * @example
 * const { result, series } = simulate(scenario, { seeds: 20 })
 */
export function simulate(scenario: Scenario, options: SimulateOptions = {}): Simulated {
  throw new Error(`not there yet: ${scenario.name} ${Object.keys(options).join()}`)
}
