/**
 * Sentence: what happened, in words that need no chart.
 *
 * @module
 */
import type { SimulationResult, StrategyResult } from '../measure/result.js'
import type { Scenario } from '../scenario/model.js'
import { faultLines } from './faults.js'
import { count, percent, time, times } from './numbers.js'

/** Differences below this are noise of one seed. */
export const HARDLY = 0.01

/** First which strategy was best and which worst, then one for each. */
export function sentences(scenario: Scenario, result: SimulationResult): readonly string[] {
  const all = Object.entries(result.strategies)
  const faulty = faultLines(scenario).length > 0
  return [verdict(all), ...all.map(([name, strategy]) => sentenceOf(name, strategy, faulty))]
}

function verdict(all: readonly (readonly [string, StrategyResult])[]): string {
  const ranked = all.toSorted(([, one], [, other]) => other.finalSuccess - one.finalSuccess)
  const [best, worst] = [ranked[0], ranked.at(-1)]
  if (best === undefined || worst === undefined) return 'Nothing was simulated.'
  const [bestName, { finalSuccess: most, calls }] = best
  if (calls === 0) return 'No call ended within the simulated time.'
  if (all.length === 1) return `Under ${bestName} ${percent(most)} of ${count(calls)} calls succeeded.`
  const [worstName, { finalSuccess: least }] = worst
  const points = 100 * (most - least)
  if (most - least < HARDLY) return `The strategies hardly differ: ${percent(most)} of the calls succeeded at best.`
  return `Best was ${bestName}: ${percent(most)} of the calls succeeded. Worst was ${worstName}: ${percent(least)}, ${points.toFixed(0)} points less under the same load and faults.`
}

function sentenceOf(name: string, strategy: StrategyResult, faulty: boolean): string {
  const { finalSuccess, amplification, peakAttemptsPerSecond, retries, duplicates, refused } = strategy
  const parts = [`${name}: ${percent(finalSuccess)} succeeded`]
  if (retries > 0) parts.push(`${times(amplification)} attempts, at most ${count(peakAttemptsPerSecond)} in a second`)
  if (refused > 0) parts.push(`${count(refused)} calls were refused before anything was sent`)
  if (duplicates > 0) parts.push(`${count(duplicates)} effects happened more than once`)
  if (faulty) parts.push(recovery(strategy))
  return `${parts.join('; ')}.`
}

/** When it was well again, counted from the end of the last fault. */
export function recovery({ recoveredAfterMs }: StrategyResult): string {
  if (recoveredAfterMs === null) return 'it had not recovered by the end'
  return recoveredAfterMs === 0
    ? 'well again as soon as the faults ended'
    : `well again ${time(recoveredAfterMs)} after the faults`
}
