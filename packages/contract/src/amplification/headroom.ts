/**
 * Headroom: attempts a second that all callers may send an operation while it is down.
 *
 * What arrives then is what must fit its capacity: if it does not, a dependency that is back up is down again at
 * once, and stays so. For each path from a user action: the action's rate × f × min(outage ÷ f, 1 + the ratio of
 * the last caller's budget). One pass over all actions at once: a ratio is at most 1, so of a path it matters
 * only whether its layers add nothing, or at least as much again.
 *
 * @module
 */
import type { Edge, Graph, ServedNode } from '../graph/graph.js'
import { hears } from './walk.js'

/** What may arrive over one call, a second. */
export interface Arrivals {
  readonly edge: Edge
  readonly originals: number
  readonly attempts: number
}

/** Over paths that end in an edge, sums of rate × f; above its guard. */
interface Load {
  /** Of paths whose layers add nothing. */
  readonly once: number
  readonly more: number
  /** Rate × attempts, of all. */
  readonly outage: number
}

const NOTHING: Load = { once: 0, more: 0, outage: 0 }

/** What may arrive at each operation, caller by caller; of actions that say no rate nothing is known. */
export function arrivals(graph: Graph): ReadonlyMap<ServedNode, readonly Arrivals[]> {
  const loads = new Map<Edge, Load>()
  for (const { action, edges } of graph.starts) {
    const rate = action?.served.rate
    if (rate === undefined) continue
    for (const edge of edges) loads.set(edge, { once: rate * edge.times, more: 0, outage: rate * edge.times })
  }
  for (const node of graph.order) {
    const into = node.callers.filter((caller) => loads.has(caller))
    if (into.length === 0) continue
    for (const edge of node.edges) loads.set(edge, plus(loads.get(edge), below(edge, into, loads)))
  }
  return new Map(graph.order.map((node) => [node, node.callers.flatMap((edge) => arriving(edge, loads.get(edge)))]))
}

function below(edge: Edge, callers: readonly Edge[], loads: ReadonlyMap<Edge, Load>): Load {
  let sum = NOTHING
  for (const caller of callers) {
    const { once, more, outage } = loads.get(caller) ?? NOTHING
    const made = hears(caller, edge) ? 1 : caller.counts.ownOutage * caller.counts.foreign
    if (edge.counts.queue) sum = plus(sum, { once: once + more, more: 0, outage: once + more })
    else if (made === 1) sum = plus(sum, { once, more, outage })
    else sum = plus(sum, { once: 0, more: once + more, outage: outage * made })
  }
  const { times } = edge
  return { once: sum.once * times, more: sum.more * times, outage: sum.outage * times }
}

function plus(one: Load | undefined, other: Load): Load {
  if (!one) return other
  return { once: one.once + other.once, more: one.more + other.more, outage: one.outage + other.outage }
}

function arriving(edge: Edge, load: Load | undefined): Arrivals[] {
  if (!load) return []
  const { depended, counts } = edge
  const made = counts.ownOutage * counts.foreign
  const originals = load.once + load.more
  if (depended.budget === 'none') return [{ edge, originals, attempts: load.outage * made }]
  const most = 1 + depended.budget.ratio
  return [{ edge, originals, attempts: made === 1 ? load.once + load.more * most : originals * most }]
}
