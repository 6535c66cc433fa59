/**
 * Columns of the table of strategies, the same in the terminal and on the page.
 *
 * @module
 */
import type { StrategyResult } from '../measure/result.js'
import { count, percent, time, times } from './numbers.js'

export interface Column {
  readonly head: string
  /** What it means, for who points at it. */
  readonly about: string
  readonly cell: (strategy: StrategyResult) => string
  /** Left out first where there is no room. */
  readonly extra?: true
}

const orNone = (ms: number | null) => (ms === null ? '–' : time(ms))

export const COLUMNS: readonly Column[] = [
  { head: 'success', about: 'calls that succeeded, of all', cell: success },
  {
    head: 'first try',
    about: 'calls whose original succeeded',
    cell: (s) => percent(s.firstAttemptSuccess),
    extra: true,
  },
  { head: 'goodput', about: 'successful calls a second', cell: (s) => `${count(s.goodput)}/s`, extra: true },
  { head: 'attempts', about: 'attempts a call', cell: (s) => times(s.amplification) },
  { head: 'peak', about: 'most attempts in one second', cell: (s) => `${count(s.peakAttemptsPerSecond)}/s` },
  { head: 'retries', about: 'share of attempts that were retries', cell: (s) => percent(s.retryShare) },
  { head: 'refused', about: 'calls refused before any attempt', cell: (s) => count(s.refused) },
  { head: 'recovered', about: 'from the end of the last fault', cell: (s) => orNone(s.recoveredAfterMs) },
  { head: 'p50', about: 'median of whole calls, waits included', cell: (s) => orNone(s.p50Ms), extra: true },
  { head: 'p99', about: '99th percentile of whole calls', cell: (s) => orNone(s.p99Ms) },
  { head: 'duplicates', about: 'effects beyond one a call', cell: (s) => count(s.duplicates) },
]

function success({ finalSuccess, ci95 }: StrategyResult): string {
  const half = ci95?.['finalSuccess']
  return half === undefined ? percent(finalSuccess) : `${percent(finalSuccess)} ± ${(100 * half).toFixed(1)}`
}
