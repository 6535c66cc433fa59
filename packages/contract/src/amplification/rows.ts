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
import { endsOf, shown, type Way } from '../graph/way.js'
import { type Costliest, costliest } from './costliest.js'
import { type Numbers, numbersOf } from './numbers.js'
import { sumsFrom } from './sums.js'
import { walk, type Walked } from './walk.js'

/** Attempts that one call of `from` can cost `to`. */
export interface AmplificationRow {
  readonly from: string
  readonly to: string
  /** From `from` over each served operation on the way to `to`; of more than 64 the ends, and an entry between them. */
  readonly path: readonly string[]
  /** Operations of the path that this entry stands for, where there is one. */
  readonly leftOut?: number
  /** Whatever fails. */
  readonly worst: number
  /** While `to` is down. */
  readonly outage: number
  /** What of `outage` the limit is held against: nothing where no action waits, or only a deadline bounds the attempts. */
  readonly limited: number
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
}

/** What is found from one start. */
export interface FromStart {
  readonly start: Start
  readonly totals: readonly Total[]
  readonly rows: readonly AmplificationRow[]
  /** The costliest of the paths to an operation. */
  readonly way: (to: string) => Costliest | undefined
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
  let made: Numbers | undefined
  const numbers = () => (made ??= numbersOf(graph))
  return graph.starts.map((start) => {
    const walked = walk(start, listed)
    const way = wayFrom(start, graph, numbers)
    if (walked)
      return {
        start,
        totals: totalsOf(walked),
        rows: walked.map((each) => rowOf(start, { ...each, limited: each.unbounded ? 0 : each.outage, paths: 1 })),
        way,
      }
    const totals = summedFrom(start, numbers())
    const rows = totals.flatMap((total) => {
      const found = way(total.to)
      return found ? [rowOf(start, { ...total, way: found.way })] : []
    })
    return { start, totals, rows, way }
  })
}

/** Looked for when it is first asked for, and once: an action may have thousands of findings, or none. */
function wayFrom(start: Start, graph: Graph, numbers: () => Numbers): FromStart['way'] {
  let found: FromStart['way'] | undefined
  return (to) => {
    found ??= costliest(start, graph, numbers())
    return found(to)
  }
}

type Summed = { -readonly [K in keyof Total]: Total[K] }

function totalsOf(walked: readonly Walked[]): Total[] {
  const totals = new Map<string, Summed>()
  for (const { edge, worst, outage, unbounded } of walked) {
    const total = totals.get(edge.name) ?? { to: edge.name, worst: 0, outage: 0, limited: 0, paths: 0 }
    totals.set(edge.name, total)
    total.worst += worst
    total.outage += outage
    total.limited += unbounded ? 0 : outage
    total.paths += 1
  }
  return [...totals.values()]
}

function summedFrom(start: Start, numbers: Numbers): Total[] {
  const { paths, outage, limited, worst } = sumsFrom(start, numbers)
  const totals: Summed[] = numbers.targets.map((to) => ({ to, worst: 0, outage: 0, limited: 0, paths: 0 }))
  for (const [index, target] of numbers.target.entries()) {
    const total = totals[target]
    const through = paths[index] ?? 0
    if (!total || through === 0) continue
    total.paths += through
    total.worst += (worst[index] ?? 0) * (numbers.all[index] ?? 0)
    total.outage += (outage[index] ?? 0) * (numbers.made[index] ?? 0)
    total.limited += (limited[index] ?? 0) * (numbers.written[index] ?? 0)
  }
  return totals.filter((total) => total.paths > 0)
}

interface Row extends Pick<AmplificationRow, 'worst' | 'outage' | 'limited' | 'paths'> {
  readonly way: Way<Edge>
}

function rowOf({ name, limited: holds }: Start, { way, worst, outage, limited, paths }: Row): AmplificationRow {
  const { names, ...left } = shown(name, endsOf(way))
  return { from: name, to: way.at.name, path: names, ...left, worst, outage, limited: holds ? limited : 0, paths }
}
