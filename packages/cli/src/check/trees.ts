/**
 * Trees: what one user action can cost each dependency, along the calls.
 *
 * @module
 */
import type { AmplificationRow, CheckResult, Finding } from '@truce/contract/check'
import type { Contract } from '@truce/contract/document'
import { grouped } from '../grouped.js'
import type { Paint } from '../terminal/paint.js'
import { counted, shown } from './counts.js'

/** So many actions are drawn, the costliest first; `--json` lists all. */
const DRAWN = 20

/** A call on the way; its row where a path ends in it. */
interface Node {
  readonly name: string
  readonly below: Map<string, Node>
  row: AmplificationRow | undefined
}

interface Tree {
  readonly from: string
  readonly limit: number | undefined
  /** The most that it costs any one operation. */
  readonly most: number
  /** What it costs too much. */
  readonly tooMuch: ReadonlySet<string>
  readonly root: Node
}

/** What of the result is drawn. */
type Drawn = Pick<CheckResult, 'amplification' | 'findings'>

export function treesText(result: Drawn, contracts: readonly Contract[], paint: Paint): readonly string[] {
  if (result.amplification.length === 0) return []
  const all = [...grouped(result.amplification, ({ from }) => from)]
    .map(([from, rows]) => treeOf(from, rows, contracts, result.findings))
    .toSorted((one, other) => other.tooMuch.size - one.tooMuch.size || other.most - one.most)
  const drawn = all.slice(0, DRAWN).map((tree) => draw(tree, paint))
  const left = all.slice(DRAWN)
  const least = Math.max(...left.map(({ most }) => most))
  const more =
    left.length === 0 ? [] : [paint('dim', `  … ${left.length} more, ${shown(least)} at most: --json lists them`)]
  return [[`${paint('bold', TITLE)} ${paint('dim', LEGEND)}`, ...drawn, ...more].join('\n\n')]
}

const TITLE = 'What one user action costs a dependency'
const LEGEND = '(attempts while that is down; worst: whatever fails)'

function treeOf(
  from: string,
  rows: readonly AmplificationRow[],
  contracts: readonly Contract[],
  findings: readonly Finding[],
): Tree {
  const root = node(from)
  for (const row of rows) {
    let at = root
    for (const name of row.path.slice(1)) {
      const next = at.below.get(name) ?? node(name)
      at.below.set(name, next)
      at = next
    }
    at.row = row
  }
  const sums = [...grouped(rows, ({ to }) => to).values()].map((of) => of.reduce((sum, { outage }) => sum + outage, 0))
  const owner = contracts.find(({ service }) => from === service || from.startsWith(`${service}.`))
  const about = findings.filter((finding) => finding.rule === 'amplification' && isOf(finding, from))
  const tooMuch = new Set(about.flatMap((finding) => finding.about ?? []))
  return { from, root, most: Math.max(...sums), limit: owner?.limits.amplification, tooMuch }
}

/** Of a user action; or of a service that does not say which of its operations calls what. */
const isOf = ({ service, operation, about }: Finding, from: string) =>
  from === `${service}.${operation}` || (from === service && operation === about)

const node = (name: string): Node => ({ name, below: new Map(), row: undefined })

function draw(tree: Tree, paint: Paint): string {
  const { from, root, limit, tooMuch } = tree
  const lines = [...branches(root, '  ')]
  const width = Math.max(from.length, ...lines.map(({ text }) => text.length))
  const said = limit === undefined ? '' : paint(tooMuch.size > 0 ? 'red' : 'dim', `limit ${limit}`)
  return [`  ${from.padEnd(width)}  ${said}`, ...lines.map(({ text, row }) => `  ${text.padEnd(width)}  ${costs(row)}`)]
    .map((line) => line.trimEnd())
    .join('\n')

  function costs(row: AmplificationRow | undefined): string {
    if (!row) return ''
    const { outage, worst, paths, to } = row
    const more = [worst === outage ? '' : `, worst ${shown(worst)}`, paths > 1 ? `, over ${paths} paths` : ''].join('')
    const count = counted(outage, 'attempt')
    return `${tooMuch.has(to) ? paint('red', count) : count}${more === '' ? '' : paint('dim', more)}`
  }
}

interface Line {
  readonly text: string
  readonly row: AmplificationRow | undefined
}

function* branches({ below }: Node, indent: string): Generator<Line> {
  const last = below.size - 1
  for (const [at, child] of [...below.values()].entries()) {
    yield { text: `${indent}${at === last ? '└─' : '├─'} ${child.name}`, row: child.row }
    yield* branches(child, `${indent}${at === last ? '   ' : '│  '}`)
  }
}
