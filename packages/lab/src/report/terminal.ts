/**
 * Terminal: a simulation as text, readable in 80 columns and without colours.
 *
 * @module
 */
import type { Simulated } from '../measure/result.js'
import type { Scenario } from '../scenario/model.js'
import { COLUMNS } from './columns.js'
import { faultLines, troubled } from './faults.js'
import { count, time } from './numbers.js'
import { panelsOf, type Panel } from './panels.js'
import { sentences } from './sentence.js'
import { sparkline } from './sparkline.js'

export interface TerminalOptions {
  /** Columns of the terminal. Default: 80. */
  readonly width?: number | undefined
  /** Marks what matters; default: as it is. */
  readonly bold?: ((text: string) => string) | undefined
}

/** More faults than this are counted, not listed. */
const LISTED = 6
const plain = (text: string) => text

/** The whole report, with a line break at its end. */
export function terminalReport(scenario: Scenario, simulated: Simulated, options: TerminalOptions = {}): string {
  const { result } = simulated
  const { width = 80, bold = plain } = options
  const [verdict = '', ...each] = sentences(scenario, result)
  const seeds = result.seeds === undefined ? `seed ${result.seed}` : `${result.seeds} seeds from ${result.seed}`
  const run = `${time(result.simulatedMs)} simulated, ${count(result.events)} events, ${seeds}`
  return [
    `${bold(printable(result.name))} · ${run}`,
    '',
    ...faultText(scenario),
    ...wrapped(bold(verdict), verdict, width),
    ...each.flatMap((sentence) => indented(sentence, width)),
    '',
    ...table(simulated, width, bold),
    '',
    ...chart(scenario, simulated, width, bold),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

function faultText(scenario: Scenario): readonly string[] {
  const lines = faultLines(scenario)
  if (lines.length === 0) return []
  const more = lines.length > LISTED ? [`  and ${lines.length - LISTED} more`] : []
  return [...lines.slice(0, LISTED).map(({ text }) => `  ${text}`), ...more, '']
}

/** Columns that are nothing everywhere are left out, and where there is no room those that tell least. */
function table({ result }: Simulated, width: number, bold: (text: string) => string): readonly string[] {
  const all = Object.entries(result.strategies)
  const telling = COLUMNS.filter(({ head, cell }) => head === 'success' || all.some(([, s]) => !NOTHING.has(cell(s))))
  const narrow = telling.filter(({ extra }) => extra !== true)
  const lines = [telling, narrow].map((columns) => {
    const cells = [
      ['', ...columns.map(({ head }) => head)],
      ...all.map(([name, s]) => [name, ...columns.map(({ cell }) => cell(s))]),
    ]
    return aligned(cells)
  })
  const [head = '', ...rest] = lines.find(([first = '']) => first.length <= width) ?? lines.at(-1) ?? []
  return [bold(head), ...rest]
}

const NOTHING = new Set(['0', '–', '0 %'])

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => {
    const cells = row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
    return `  ${cells.join('  ')}`
  })
}

/** Under each heading the strategies one below the other, to one scale. */
function chart(
  scenario: Scenario,
  { result, series }: Simulated,
  width: number,
  bold: (text: string) => string,
): readonly string[] {
  const names = Math.max(...Object.keys(result.strategies).map((name) => name.length), 'faults'.length)
  const signs = Math.max(20, Math.min(series.buckets, width - names - 4))
  const panels = panelsOf(series).filter(({ key }) => key !== 'originals')
  const margin = ' '.repeat(names + 4)
  const end = time(result.simulatedMs)
  const axis = `${margin}0 s${end.padStart(Math.max(1, signs - 3))}`
  const faults = faultLines(scenario)
  const marks = faults.length === 0 ? [] : [`  ${'faults'.padEnd(names)}  ${marksOf(scenario, signs)}`]
  return [axis, ...marks, ...panels.flatMap((panel) => panelLines(panel, names, signs, bold))]
}

function panelLines({ title, most, lines, show }: Panel, names: number, signs: number, bold: (text: string) => string) {
  return [
    bold(`  ${title}, up to ${show(most)}`),
    ...lines
      .filter(({ values }) => values.some((value) => value > 0))
      .map(({ strategy, values }) => `  ${strategy.padEnd(names)}  ${sparkline(values, most, signs)}`),
  ]
}

function marksOf(scenario: Scenario, signs: number): string {
  const each = scenario.durationMs / signs
  const spans = troubled(faultLines(scenario))
  const isTroubled = (from: number) => spans.some((span) => span.from < from + each && from < span.until)
  return Array.from({ length: signs }, (_, i) => (isTroubled(i * each) ? '×' : '·')).join('')
}

const indented = (text: string, width: number) => wrapped(text, text, width - 4).map((line) => `  ${line}`)

/** @param marked what is printed where it fits in one line */
function wrapped(marked: string, text: string, width: number): readonly string[] {
  if (text.length <= width) return [marked]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** A name may hold escape codes: printed raw, it would colour or erase what stands around it. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '�')
