/**
 * Summary: from what was counted to a result and its series.
 *
 * @module
 */
import type { Scenario } from '../scenario/model.js'
import type { World } from '../model/world.js'
import { recoveredAfter } from './recovery.js'
import type { DependencyResult, StrategyResult } from './result.js'
import type { Samples } from './samples.js'
import type { DependencySeries, StrategySeries } from './series.js'
import { SECOND } from './tally.js'

const over = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

export function strategyResult(world: World): StrategyResult {
  const { tally, scenario } = world
  const { calls, good, made, latency } = tally
  return {
    calls,
    succeeded: good,
    failed: calls - good,
    attempts: made,
    retries: made - (calls - tally.unsent),
    amplification: over(made, calls),
    firstAttemptSuccess: over(tally.firstGood, calls),
    finalSuccess: over(good, calls),
    retryShare: over(made - (calls - tally.unsent), made),
    goodput: over(good * SECOND, scenario.durationMs),
    peakAttemptsPerSecond: tally.attempts.seconds.peak,
    peakRetriesPerSecond: tally.retries.seconds.peak,
    recoveredAfterMs: recoveredAfter(faultsEnd(scenario), tally.started.counts, tally.startedWell.counts),
    meanMs: latency.mean,
    p50Ms: latency.quantile(0.5),
    p99Ms: latency.quantile(0.99),
    duplicates: tally.duplicates,
    refused: tally.unsent,
    stops: Object.fromEntries([...tally.stops].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    dependencies: dependencyResults(world),
  }
}

/** When the last fault that ends within the simulated time does; `null` where there is none at all. */
function faultsEnd({ dependencies }: Scenario): number | null {
  const ends = dependencies.flatMap(({ faults }) => faults.map(({ until }) => until))
  return ends.length === 0 ? null : Math.max(...ends)
}

function dependencyResults({ scenario, servers, tally }: World): Readonly<Record<string, DependencyResult>> {
  return Object.fromEntries(
    scenario.dependencies.map(({ name }, i) => [
      name,
      {
        attempts: servers[i]?.arrived ?? 0,
        amplification: over(servers[i]?.arrived ?? 0, tally.calls),
        peakAttemptsPerSecond: tally.reached[i]?.seconds.peak ?? 0,
        utilisation: servers[i]?.utilisation(scenario.durationMs) ?? 0,
      },
    ]),
  )
}

export function strategySeries({ scenario, tally }: World, samples: Samples): StrategySeries {
  const attempts = [...tally.attempts.buckets.counts]
  const retries = [...tally.retries.buckets.counts]
  const dependencies = scenario.dependencies.map(({ name }, i): [string, DependencySeries] => [
    name,
    {
      queue: samples.queues[i] ?? [],
      busy: samples.busy[i] ?? [],
      attempts: [...(tally.reached[i]?.buckets.counts ?? [])],
    },
  ])
  return {
    attempts,
    originals: attempts.map((all, i) => all - (retries[i] ?? 0)),
    retries,
    succeeded: [...tally.succeeded.counts],
    failed: [...tally.failed.counts],
    refused: [...tally.refused.counts],
    breakerOpenShare: samples.breakerOpenShare,
    budgetTokens: samples.budgetTokens,
    governor: samples.governor,
    dependencies: Object.fromEntries(dependencies),
  }
}
