/**
 * Figures: from samples to the numbers of the report.
 *
 * @module
 */
import type { Samples } from './rounds.js'

type Figure = Record<string, Record<string, number>>

export interface Figures {
  /** Median, ns a call. */
  readonly cases: Figure
  /** Best round, ns a call. */
  readonly best: Figure
  /** Median over the rounds of contender ÷ bare within a round. */
  readonly ratios: Figure
}

export function figures(samples: Samples): Figures {
  return {
    cases: each(samples, median),
    best: each(samples, (ns) => Math.min(...ns)),
    ratios: each(samples, (ns, bare) => median(ns.map((value, round) => value / (bare[round] ?? Number.NaN)))),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

function each(samples: Samples, of: (ns: readonly number[], bare: readonly number[]) => number): Figure {
  return Object.fromEntries(
    Object.entries(samples).map(([name, contenders]) => [
      name,
      Object.fromEntries(
        Object.entries(contenders).map(([contender, ns]) => [contender, of(ns, contenders['bare'] ?? [])]),
      ),
    ]),
  )
}
