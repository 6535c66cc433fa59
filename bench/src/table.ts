/**
 * Table: the report for people.
 *
 * @module
 */
import type { Report } from './report.js'
import { TARGETS } from './targets.js'

export function table(report: Report): string {
  return [...times(report), ...heap(report), ...bundles(report), ...targets(report)].join('\n')
}

function* times({ cases, best, ratios }: Report) {
  yield row('case', 'contender', 'ns/call', 'best', '÷ bare')
  for (const [name, contenders] of Object.entries(cases)) {
    for (const [contender, ns] of Object.entries(contenders)) {
      const ratio = ratios[name]?.[contender]
      yield row(name, contender, number(ns), number(best[name]?.[contender]), fixed(ratio))
    }
  }
}

function* heap({ bytes }: Report) {
  const rows = Object.entries(bytes)
  if (rows.length > 0) yield `\n${row('heap', 'contender', 'bytes/call')}`
  for (const [name, contenders] of rows) {
    for (const [contender, count] of Object.entries(contenders)) yield row(name, contender, number(count))
  }
}

function* bundles({ gzip }: Report) {
  const rows = Object.entries(gzip)
  if (rows.length > 0) yield `\n${row('gzip', 'import', 'bytes')}`
  for (const [name, count] of rows) yield row('', name, number(count))
}

function* targets(report: Report) {
  yield `\n${''.padEnd(6)}  ${'target'.padEnd(52)}${'is'.padStart(10)}${'at most'.padStart(10)}`
  for (const { what, most, value } of TARGETS) {
    const is = value(report)
    if (is === undefined || Number.isNaN(is)) continue
    yield `${is <= most ? 'ok    ' : 'MISSED'}  ${what.padEnd(52)}${fixed(is).padStart(10)}${fixed(most).padStart(10)}`
  }
}

const WIDTHS = [15, 27, 14, 14, 10]

function row(...cells: string[]): string {
  return cells
    .map((cell, column) => (column < 2 ? cell.padEnd(WIDTHS[column] ?? 0) : cell.padStart(WIDTHS[column] ?? 0)))
    .join('')
}

function number(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en')
}

function fixed(value: number | undefined): string {
  if (value === undefined) return ''
  return value >= 100 ? number(value) : value.toFixed(value < 0.1 ? 4 : 2)
}
