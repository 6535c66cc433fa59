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
import { type Summing, summing, type Sums } from './sums.js'
import { walk, type Walked } from './walk.js'

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
  readonly edges: ReadonlySet<Edge>
}

/** What is found from one start. */
export interface FromStart {
  readonly start: Start
  readonly totals: readonly Total[]
  readonly rows: readonly AmplificationRow[]
}

/** So many paths from one start are listed one by one. */
export const LISTED = 1_000

const known = new WeakMap<Graph, readonly FromStart[]>()

/** Amplification from every start, in the order of the documents; found once for a graph. */
export function amplificationOf(graph: Graph): readonly FromStart[] {
  const found = known.get(graph) ?? findAll(graph, LISTED)
  known.set(graph, found)
  return found
}

/** @param listed starts with more paths than this are summed instead of walked */
export function findAll(graph: Graph, listed: number): FromStart[] {
  let sums: Summing | undefined
  return graph.starts.map((start) => {
    const walked = walk(start, listed)
    if (walked) return { start, totals: totalsOf(walked.map(single)), rows: walked.map((each) => rowOf(start, each)) }
    sums ??= summing(graph)
    const found = sums.from(start)
    const totals = totalsOf(found.reached.map((edge) => summed(edge, found)))
    return { start, totals, rows: merged(start, totals) }
  })
}

/** What paths that end in one edge sum to. */
type Part = Omit<Total, 'to' | 'edges'> & { readonly edge: Edge }

function single({ edge, worst, outage, unbounded }: Walked): Part {
  return { edge, worst, outage, limited: unbounded ? 0 : outage, paths: 1 }
}

function summed(edge: Edge, { paths, outage, limited, worst }: Sums): Part {
  const { index, counts } = edge
  const made = counts.ownOutage * counts.foreign
  return {
    edge,
    worst: (worst[index] ?? 0) * counts.own * counts.foreign,
    outage: (outage[index] ?? 0) * made,
    limited: counts.unbounded ? 0 : (limited[index] ?? 0) * made,
    paths: paths[index] ?? 0,
  }
}

function totalsOf(parts: readonly Part[]): Total[] {
  const totals = new Map<string, { -readonly [K in keyof Total]: Total[K] } & { edges: Set<Edge> }>()
  for (const { edge, worst, outage, limited, paths } of parts) {
    const total = totals.get(edge.name)
    if (total) {
      total.edges.add(edge)
      total.paths += paths
      total.worst += worst
      total.outage += outage
      total.limited += limited
    } else totals.set(edge.name, { to: edge.name, worst, outage, limited, paths, edges: new Set([edge]) })
  }
  return [...totals.values()]
}

function rowOf({ name }: Start, { edge, path, worst, outage }: Walked): AmplificationRow {
  return { from: name, to: edge.name, path, worst, outage, paths: 1 }
}

function merged(start: Start, totals: readonly Total[]): AmplificationRow[] {
  const way = costliest(start)
  return totals.map(({ to, worst, outage, paths, edges }) => {
    const path = [start.name, ...way(edges).map(({ name }) => name)]
    return { from: start.name, to, path, worst, outage, paths }
  })
}
