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

/** So much slower is worth a word. */
const SLOWER = 1.5
/** So many times the outermost attempts are worth one too. */
const MULTIPLIED = 1.5

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
  if (most - least < HARDLY)
    return `The strategies hardly differ: ${percent(most)} of the calls succeeded at best.${byTime(all)}`
  return `Best was ${bestName}: ${percent(most)} of the calls succeeded. Worst was ${worstName}: ${percent(least)}, ${points.toFixed(0)} points less under the same load and faults.`
}

/** Where all succeed in the end, how long that took is what tells them apart. */
function byTime(all: readonly (readonly [string, StrategyResult])[]): string {
  const timed = all.flatMap(([name, { p99Ms }]) => (p99Ms === null ? [] : [{ name, p99Ms }]))
  const [first, ...rest] = timed.toSorted((one, other) => one.p99Ms - other.p99Ms)
  const last = rest.at(-1)
  if (first === undefined || last === undefined || last.p99Ms < SLOWER * first.p99Ms) return ''
  return ` In time they do: 99 % of the calls were over within ${time(first.p99Ms)} under ${first.name}, within ${time(last.p99Ms)} under ${last.name}.`
}

function sentenceOf(name: string, strategy: StrategyResult, faulty: boolean): string {
  const { finalSuccess, amplification, peakAttemptsPerSecond, retries, duplicates, refused } = strategy
  const parts = [`${name}: ${percent(finalSuccess)} succeeded`]
  if (retries > 0) parts.push(`${times(amplification)} attempts, at most ${count(peakAttemptsPerSecond)} in a second`)
  parts.push(...below(strategy))
  if (refused > 0) parts.push(`${count(refused)} calls were refused before anything was sent`)
  if (duplicates > 0) parts.push(`${count(duplicates)} effects happened more than once`)
  if (faulty) parts.push(recovery(strategy))
  return `${parts.join('; ')}.`
}

/** Where retries of several layers multiplied, by the busiest second: means hide it. */
function below({ dependencies, peakAttemptsPerSecond }: StrategyResult): readonly string[] {
  return Object.entries(dependencies)
    .filter(([, { peakAttemptsPerSecond: peak }]) => peak >= MULTIPLIED * peakAttemptsPerSecond)
    .map(([name, { peakAttemptsPerSecond: peak }]) => `${name} met up to ${count(peak)} attempts in a second`)
}

/** When it was well again, counted from the end of the last fault. */
export function recovery({ recoveredAfterMs }: StrategyResult): string {
  if (recoveredAfterMs === null) return 'it had not recovered by the end'
  return recoveredAfterMs === 0
    ? 'well again as soon as the faults ended'
    : `well again ${time(recoveredAfterMs)} after the faults`
}
