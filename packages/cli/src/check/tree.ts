/**
 * Tree: what one user action can cost, along the calls, as lines.
 *
 * Of a path that is longer than anybody reads the rows have only the ends. What they share is their first names, so
 * there the tree ends, with one line for all that is further down.
 *
 * @module
 */
import type { AmplificationRow } from '@truce/contract/check'

/** A call, and its row where a path ends in it; or all rows that are left out there. */
export interface Line {
  readonly text: string
  readonly rows: readonly AmplificationRow[]
}

interface Node {
  readonly name: string
  readonly below: Map<string, Node>
  readonly rows: AmplificationRow[]
  /** Rows of what is further down. */
  readonly leftOut: AmplificationRow[]
}

/** Names that abridged paths share with all others through the same calls. */
const SHARED = 32

/** Lines of one start's rows, in their order. */
export function linesOf(rows: readonly AmplificationRow[], indent: string): readonly Line[] {
  const ends = new Set(rows.filter(({ leftOut }) => leftOut !== undefined).map(sharedBy))
  const root = node('')
  for (const row of rows) {
    const ending = ends.has(sharedBy(row))
    const further = ending && row.path.length > SHARED
    let at = root
    for (const name of row.path.slice(1, ending ? SHARED : undefined)) {
      const next = at.below.get(name) ?? node(name)
      at.below.set(name, next)
      at = next
    }
    if (further) at.leftOut.push(row)
    else at.rows.push(row)
  }
  return [...branches(root, indent)]
}

const sharedBy = ({ path }: AmplificationRow): string => JSON.stringify(path.slice(0, SHARED))

const node = (name: string): Node => ({ name, below: new Map(), rows: [], leftOut: [] })

function* branches({ below, leftOut }: Node, indent: string): Generator<Line> {
  const children = [...below.values()]
  for (const [at, child] of children.entries()) {
    const last = at === children.length - 1 && leftOut.length === 0
    yield { text: `${indent}${last ? '└─' : '├─'} ${child.name}`, rows: child.rows }
    yield* branches(child, `${indent}${last ? '   ' : '│  '}`)
  }
  if (leftOut.length > 0) yield { text: `${indent}└─ … ${leftOut.length} left out`, rows: leftOut }
}
