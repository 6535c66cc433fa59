/**
 * Trees: what one user action can cost each dependency, beside its limit.
 *
 * @module
 */
import { type AmplificationRow, type CheckResult, counted, type Finding, number } from '@truce/contract/check'
import type { Contract } from '@truce/contract/document'
import { grouped } from '../grouped.js'
import type { Paint } from '../terminal/paint.js'
import { linesOf } from './tree.js'

/** So many actions are drawn, the costliest first; `--json` lists all. */
const DRAWN = 20

interface Tree {
  readonly from: string
  readonly rows: readonly AmplificationRow[]
  /** `undefined`: no action waits for it, and no limit is held against it. */
  readonly limit: number | undefined
  /** The most that it costs any one operation. */
  readonly most: number
  /** What it costs too much. */
  readonly tooMuch: ReadonlySet<string>
}

/** What of the result is drawn. */
type Drawn = Pick<CheckResult, 'amplification' | 'findings'>

export function treesText(result: Drawn, contracts: readonly Contract[], paint: Paint): readonly string[] {
  if (result.amplification.length === 0) return []
  const limits = limitsOf(contracts)
  const tooMuch = tooMuchOf(result.findings)
  const all = [...grouped(result.amplification, ({ from }) => from)]
    .flatMap(([from, rows]) => treesOf(from, rows, { limit: limits.get(from), tooMuch: tooMuch.get(from) ?? NONE }))
    .toSorted(costliestFirst)
  const drawn = all.slice(0, DRAWN).map((tree) => draw(tree, paint))
  const left = all.slice(DRAWN)
  const least = left.reduce((most, tree) => Math.max(most, tree.most), 0)
  const more =
    left.length === 0
      ? []
      : [paint('dim', `  … ${left.length} more, ${counted(least, 'attempt')} at most: --json lists them`)]
  return [[`${paint('bold', TITLE)} ${paint('dim', LEGEND)}`, ...drawn, ...more].join('\n\n')]
}

const TITLE = 'What one user action costs a dependency'
const LEGEND = '(attempts while that is down; worst: whatever fails)'
const NONE: ReadonlySet<string> = new Set()

/** By user action; and by service, for one that does not say which of its operations calls what. */
function limitsOf(contracts: readonly Contract[]): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const { service, serves, limits: given } of contracts) {
    limits.set(service, given.amplification)
    for (const operation of serves.keys()) limits.set(`${service}.${operation}`, given.amplification)
  }
  return limits
}

/** The same; a finding of a service names what is called instead of an action. */
function tooMuchOf(findings: readonly Finding[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { rule, service, operation, about } of findings) {
    if (rule !== 'amplification' || about === undefined) continue
    for (const from of [`${service}.${operation}`, ...(operation === about ? [service] : [])]) {
      found.set(from, (found.get(from) ?? new Set()).add(about))
    }
  }
  return found
}

/** One for what the limit holds for, and one for what goes to the background. */
function treesOf(
  from: string,
  rows: readonly AmplificationRow[],
  { limit, tooMuch }: Pick<Tree, 'limit' | 'tooMuch'>,
): Tree[] {
  const calls = [...grouped(rows, ({ path }) => path[1] ?? '').values()]
  const isLimited = (of: readonly AmplificationRow[]) => of.some(({ limited }) => limited > 0)
  const held = calls.filter(isLimited).flat()
  const free = calls.filter((of) => !isLimited(of)).flat()
  return [
    ...(held.length > 0 ? [{ from, rows: held, limit, most: mostOf(held), tooMuch }] : []),
    ...(free.length > 0
      ? [{ from: `${from}, in the background`, rows: free, limit: undefined, most: mostOf(free), tooMuch: NONE }]
      : []),
  ]
}

function mostOf(rows: readonly AmplificationRow[]): number {
  const sums = [...grouped(rows, ({ to }) => to).values()].map((of) => of.reduce((sum, { outage }) => sum + outage, 0))
  return sums.reduce((most, sum) => Math.max(most, sum), 0)
}

/** What the limit is held against comes before what has none. */
function costliestFirst(one: Tree, other: Tree): number {
  const isFree = ({ limit }: Tree) => Number(limit === undefined)
  return other.tooMuch.size - one.tooMuch.size || isFree(one) - isFree(other) || other.most - one.most
}

function draw(tree: Tree, paint: Paint): string {
  const { from, rows, limit, tooMuch } = tree
  const lines = linesOf(rows, '  ')
  const width = lines.reduce((widest, { text }) => Math.max(widest, text.length), from.length)
  const said = limit === undefined ? 'not limited' : `limit ${limit}`
  return [
    `  ${from.padEnd(width)}  ${paint(tooMuch.size > 0 ? 'red' : 'dim', said)}`,
    ...lines.map(({ text, rows: of }) => `  ${text.padEnd(width)}  ${costs(of, tree, paint)}`.trimEnd()),
  ].join('\n')
}

function costs(rows: readonly AmplificationRow[], { limit, tooMuch }: Tree, paint: Paint): string {
  const [row] = rows
  if (!row) return ''
  const [outage, worst] = [most(rows, 'outage'), most(rows, 'worst')]
  const more = [
    rows.length > 1 ? ' at most' : '',
    worst === outage ? '' : `, worst ${number(worst)}`,
    row.paths > 1 && rows.length === 1 ? `, over ${number(row.paths)} paths` : '',
    limit === undefined || rows.length > 1 ? '' : heldOf(row),
  ].join('')
  const count = counted(outage, 'attempt')
  const painted = rows.some(({ to }) => tooMuch.has(to)) ? paint('red', count) : count
  return `${painted}${more === '' ? '' : paint('dim', more)}`
}

const most = (rows: readonly AmplificationRow[], of: 'outage' | 'worst'): number =>
  rows.reduce((highest, row) => Math.max(highest, row[of]), 0)

/** In a tree with a limit, attempts that it is not held against. */
function heldOf({ limited, outage }: AmplificationRow): string {
  if (limited === outage) return ''
  return limited === 0 ? ', not limited' : `, ${number(limited)} of them limited`
}
