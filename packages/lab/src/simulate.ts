/**
 * Simulate: a scenario, run once for each strategy and seed.
 *
 * @module
 */
import { estimate } from './estimate.js'
import { combined } from './measure/intervals.js'
import type { Simulated, StrategyResult } from './measure/result.js'
import { Samples } from './measure/samples.js'
import type { StrategySeries } from './measure/series.js'
import { strategyResult, strategySeries } from './measure/summary.js'
import { World } from './model/world.js'
import type { Scenario, StrategyModel } from './scenario/model.js'

export interface SimulateOptions {
  /** Instead of the scenario's. */
  readonly seed?: number | undefined
  /** So many runs with seeds `seed`, `seed + 1`, …; default 1. */
  readonly seeds?: number | undefined
  /** Width of a bucket of the series, ms; default: a second, or as many as make 300 buckets of the whole. */
  readonly bucketMs?: number | undefined
  /** Hears how far it is, from 0 to 1, and how many events there were. */
  readonly progress?: ((done: number, events: number) => void) | undefined
  /** Time for `wallMs`, ms. Default: the system's. */
  readonly clock?: (() => number) | undefined
}

/** Buckets of a series where nobody says how wide. */
const BUCKETS = 300
const SECOND = 1_000

/**
 * Runs a scenario. Same scenario and seed: same result on every machine, `wallMs` aside.
 *
 * @throws RangeError for less than one seed, or more callers than it can name (134 million)
 * @example
 * const { result, series } = simulate(scenario, { seeds: 20 })
 */
export function simulate(scenario: Scenario, options: SimulateOptions = {}): Simulated {
  const { seed = scenario.seed, seeds = 1, clock = () => performance.now() } = options
  if (!(Number.isInteger(seeds) && seeds >= 1)) throw new RangeError(`simulate: seeds is ${seeds}; give at least 1`)
  if (estimate(scenario, seeds).impossible) throw new RangeError('simulate: more callers than it can name; give fewer')
  const bucketMs = options.bucketMs ?? SECOND * Math.max(1, Math.round(scenario.durationMs / BUCKETS / SECOND))
  const began = clock()
  const results = new Map<string, StrategyResult>()
  const series: Record<string, StrategySeries> = {}
  const runs = scenario.strategies.length * seeds
  let events = 0
  for (const [at, strategy] of scenario.strategies.entries()) {
    const ofSeeds: StrategyResult[] = []
    for (let more = 0; more < seeds; more++) {
      const done = at * seeds + more
      const told = (now: number, soFar: number) =>
        options.progress?.((done + now / scenario.durationMs) / runs, events + soFar)
      const ran = runOnce(scenario, strategy, seed + more, bucketMs, told)
      events += ran.world.agenda.taken
      ofSeeds.push(strategyResult(ran.world))
      if (more === 0) series[strategy.name] = strategySeries(ran.world, ran.samples)
    }
    results.set(strategy.name, combined(ofSeeds))
  }
  const buckets = Math.max(1, Math.ceil(scenario.durationMs / bucketMs))
  return {
    result: {
      name: scenario.name,
      seed,
      simulatedMs: scenario.durationMs,
      events,
      wallMs: Math.round(clock() - began),
      ...(seeds > 1 && { seeds }),
      strategies: Object.fromEntries(results),
    },
    series: { bucketMs, buckets, strategies: series },
  }
}

/** One strategy, one seed. */
export function runOnce(
  scenario: Scenario,
  strategy: StrategyModel,
  seed: number,
  bucketMs: number,
  progress: (now: number, events: number) => void,
): { readonly world: World; readonly samples: Samples } {
  const samples = new Samples(bucketMs, scenario.dependencies.length)
  const sample = (world: World, now: number) => samples.take(world, now)
  const world = new World(scenario, strategy, seed, { bucketMs, sample, progress })
  world.run()
  return { world, samples }
}
