/**
 * Walk: every path from a start, one by one, as long as there are not too many.
 *
 * @module
 */
import type { Edge, Start } from '../graph/graph.js'
import { further, type Way } from '../graph/way.js'

/** A path that ends in `edge`: products over its layers. */
export interface Walked {
  readonly edge: Edge
  readonly way: Way<Edge>
  /** Attempts, whatever fails. */
  readonly worst: number
  /** Attempts while the end is down. */
  readonly outage: number
  /** One of the counts that make `outage` was written by nobody. */
  readonly unbounded: boolean
  /** The product of `calls` alone. */
  readonly fan: number
}

/** A path, and what is above its last guard: as in `Sums`. */
type Step = Walked

/** All paths, in the order in which the documents name the calls; `undefined` where there are more than `most`. */
export function walk(start: Start, most: number): readonly Walked[] | undefined {
  const found: Walked[] = []
  const left = start.edges.map(first).toReversed()
  for (let step = left.pop(); step; step = left.pop()) {
    if (found.length >= most) return undefined
    const { edge, way, worst, outage, unbounded, fan } = step
    const { own, ownOutage, foreign } = edge.counts
    found.push({
      edge,
      way,
      worst: worst * own * foreign,
      outage: outage * ownOutage * foreign,
      unbounded: unbounded || edge.counts.unbounded,
      fan,
    })
    if (edge.closes || !edge.to) continue
    for (let at = edge.to.edges.length - 1; at >= 0; at--) {
      const below = edge.to.edges[at]
      if (below) left.push(next(step, below))
    }
  }
  return found
}

function first(edge: Edge): Step {
  const { times } = edge
  return { edge, way: further(undefined, edge), outage: times, worst: times, unbounded: false, fan: times }
}

function next(above: Step, below: Edge): Step {
  const { own, ownOutage, foreign, unbounded } = above.edge.counts
  const way = further(above.way, below)
  const fan = above.fan * below.times
  const worst = above.worst * own * foreign * below.times
  // Above a publish nobody notices that the consumer's dependency is down.
  if (below.counts.queue) return { edge: below, way, fan, outage: fan, worst, unbounded: false }
  if (hears(above.edge, below)) {
    return { edge: below, way, fan, outage: above.outage * below.times, worst, unbounded: above.unbounded }
  }
  const outage = above.outage * below.times * ownOutage * foreign
  return { edge: below, way, fan, outage, worst, unbounded: above.unbounded || unbounded }
}

/** Does the guard of a call hear that the guard of the call below is exhausted? */
export function hears(above: Edge, below: Edge): boolean {
  return below.counts.says !== undefined && above.counts.hears >= below.counts.says
}
