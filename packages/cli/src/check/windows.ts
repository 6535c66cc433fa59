/**
 * Windows: how long keys may be repeated, beside how long they are remembered.
 *
 * @module
 */
import { type CheckResult, span } from '@truce/contract/check'
import type { Paint } from '../terminal/paint.js'

type Row = CheckResult['windows'][number]

/** So many are listed, what does not fit first; `--json` lists all. */
const LISTED = 20

export function windowsText(windows: readonly Row[], paint: Paint): readonly string[] {
  if (windows.length === 0) return []
  const sorted = windows.toSorted((one, other) => Number(fits(one)) - Number(fits(other)))
  const lines = sorted.slice(0, LISTED).map((row) => lineOf(row, paint))
  const left = windows.length - LISTED
  const more = left > 0 ? [paint('dim', `  … ${left} more: --json lists them`)] : []
  return [[paint('bold', 'How long keys are repeated, and remembered'), ...lines, ...more].join('\n')]
}

function fits({ window, ttl }: Row): boolean {
  return ttl === null || (window !== null && ttl >= window)
}

function lineOf(row: Row, paint: Paint): string {
  const { chain, window, ttl } = row
  const repeated = window === null ? 'for ever' : `for ${span(window)}`
  const remembered = ttl === null ? 'memory not known' : `remembered for ${span(ttl)}`
  const sign = fits(row) ? paint('green', '✔') : paint('red', '✖')
  return `  ${ttl === null ? paint('dim', '·') : sign} ${chain.join(' → ')}  ${paint('dim', `repeated ${repeated}, ${remembered}`)}`
}
