/**
 * Walk: every path from a start, one by one.
 *
 * @module
 */
import type { Edge, Start } from '../graph/graph.js'
import type { AmplificationRow } from './rows.js'

/** A path that ends in `edge`, and what is above the edge's own guard: products as in `Sums`. */
interface Step {
  readonly edge: Edge
  readonly path: readonly string[]
  readonly fan: number
  readonly outage: number
  readonly worst: number
}

/** All paths, in the order in which the documents name the calls. */
export function walk(start: Start): AmplificationRow[] {
  const rows: AmplificationRow[] = []
  const left = start.edges.map((edge) => first(start, edge)).reverse()
  for (let step = left.pop(); step; step = left.pop()) {
    const { edge, path, worst, outage } = step
    const { own, ownOutage, foreign } = edge.counts
    rows.push({
      from: start.name,
      to: edge.name,
      path,
      worst: worst * own * foreign,
      outage: outage * ownOutage * foreign,
      paths: 1,
    })
    if (edge.closes || !edge.to) continue
    for (let at = edge.to.edges.length - 1; at >= 0; at--) {
      const below = edge.to.edges[at]
      if (below) left.push(next(step, below))
    }
  }
  return rows
}

function first({ name }: Start, edge: Edge): Step {
  return { edge, path: [name, edge.name], fan: edge.times, outage: edge.times, worst: edge.times }
}

function next({ edge, path, fan, outage, worst }: Step, below: Edge): Step {
  const { own, ownOutage, foreign } = edge.counts
  const all = fan * below.times
  return {
    edge: below,
    path: [...path, below.name],
    fan: all,
    outage: below.counts.queue ? all : outage * below.times * (hears(edge, below) ? 1 : ownOutage * foreign),
    worst: worst * own * foreign * below.times,
  }
}

/** Does the guard of a call hear that the guard of the call below is exhausted? */
export function hears(above: Edge, below: Edge): boolean {
  return below.counts.says !== undefined && above.counts.hears >= below.counts.says
}
