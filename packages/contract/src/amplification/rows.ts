/**
 * Rows: what one user action can cost each operation, path by path, as `truce check --json` lists it.
 *
 * A start with up to a thousand paths lists each of them. One with more lists, for each operation that it reaches,
 * the costliest path, with the number of `paths` and the sums over all of them: the same numbers, exact, where a
 * list of millions would help nobody.
 *
 * @module
 */
import type { Edge, Graph, Start } from '../graph/graph.js'
import { costliest } from './costliest.js'
import { type Sums, summing } from './sums.js'
import { walk } from './walk.js'

/** Attempts that one call of `from` can cost `to`. */
export interface AmplificationRow {
  readonly from: string
  readonly to: string
  /** From `from` over each served operation on the way to `to`. */
  readonly path: readonly string[]
  /** Whatever fails. */
  readonly worst: number
  /** While `to` is down. */
  readonly outage: number
  /** Paths that this row stands for: `worst` and `outage` are their sums, `path` is the costliest of them. */
  readonly paths: number
}

/** All paths from one start to one operation together. */
export interface Total {
  readonly to: string
  readonly worst: number
  readonly outage: number
  /** `outage` without paths through operations that have no count: these are not limited. */
  readonly limited: number
  readonly paths: number
  /** The last calls of these paths. */
  readonly edges: readonly Edge[]
}

/** What is found from one start. */
export interface FromStart {
  readonly start: Start
  readonly totals: readonly Total[]
  readonly rows: readonly AmplificationRow[]
}

/** So many paths from one start are listed one by one. */
const LISTED = 1_000

const known = new WeakMap<Graph, readonly FromStart[]>()

/** Amplification from every start, in the order of the documents; found once for a graph. */
export function amplificationOf(graph: Graph): readonly FromStart[] {
  const found = known.get(graph) ?? find(graph)
  known.set(graph, found)
  return found
}

function find(graph: Graph): FromStart[] {
  const sums = summing(graph)
  return graph.starts.map((start) => {
    const totals = totalsOf(sums.from(start))
    const paths = totals.reduce((sum, total) => sum + total.paths, 0)
    return { start, totals, rows: paths > LISTED ? merged(start, totals) : walk(start) }
  })
}

function totalsOf({ reached, paths, outage, limited, worst }: Sums): Total[] {
  const totals = new Map<string, { -readonly [K in keyof Total]: Total[K] } & { edges: Edge[] }>()
  for (const edge of reached) {
    const { name, index, counts } = edge
    let total = totals.get(name)
    if (!total) {
      total = { to: name, worst: 0, outage: 0, limited: 0, paths: 0, edges: [] }
      totals.set(name, total)
    }
    const made = counts.ownOutage * counts.foreign
    total.edges.push(edge)
    total.paths += paths[index] ?? 0
    total.worst += (worst[index] ?? 0) * counts.own * counts.foreign
    total.outage += (outage[index] ?? 0) * made
    if (!counts.unbounded) total.limited += (limited[index] ?? 0) * made
  }
  return [...totals.values()]
}

function merged(start: Start, totals: readonly Total[]): AmplificationRow[] {
  const way = costliest(start)
  return totals.map(({ to, worst, outage, paths, edges }) => {
    const path = [start.name, ...way(edges).map(({ name }) => name)]
    return { from: start.name, to, path, worst, outage, paths }
  })
}
