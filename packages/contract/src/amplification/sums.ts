/**
 * Sums: what all paths from one start make together, without walking each of them.
 *
 * Six layers of fifty operations that all call each other have 300 million paths. What they sum to follows from
 * what the paths into each operation sum to: one pass, callers first, linear in the calls.
 *
 * For each edge it holds, over all paths from the start that end in it, the sums of what is above its own guard:
 * how often it is called, and by how many attempts. Whole numbers, so exact up to 2^53.
 *
 * @module
 */
import type { Edge, Graph, ServedNode, Start } from '../graph/graph.js'

/** For each edge, by its index; 0 for those that this start does not reach. */
export interface Sums {
  /** Edges that the start reaches, callers first. */
  readonly reached: readonly Edge[]
  /** Paths that end in it. */
  readonly paths: Float64Array
  /** Products of `calls`. */
  readonly fan: Float64Array
  /** Attempts of the layers above while the dependency is down. */
  readonly outage: Float64Array
  /** The same, of paths on which every count that matters was written by somebody. */
  readonly limited: Float64Array
  /** Attempts of the layers above, whatever fails. */
  readonly worst: Float64Array
}

/** Makes `Sums`, in arrays that the next start uses again. */
export interface Summing {
  /** The sums from this start; they hold until the next call. */
  from(start: Start): Sums
}

export function summing(graph: Graph): Summing {
  const size = graph.edges.length
  const array = () => new Float64Array(size)
  const values = { paths: array(), fan: array(), outage: array(), limited: array(), worst: array() }
  const most = graph.order.reduce((longest, node) => Math.max(longest, node.callers.length), 0)
  const level = levels(most)
  let last: readonly Edge[] = []
  return {
    from(start) {
      for (const { index } of last) for (const each of Object.values(values)) each[index] = 0
      const nodes = reachedBy(start)
      const sums = { reached: [...start.edges, ...nodes.flatMap(({ edges }) => edges)], ...values }
      last = sums.reached
      for (const edge of start.edges) {
        for (const each of Object.values(values)) each[edge.index] = edge.times
        values.paths[edge.index] = 1
      }
      for (const node of nodes) pass(node, sums, level)
      return sums
    },
  }
}

/** Operations that a start reaches, callers first. */
export function reachedBy(start: Start): ServedNode[] {
  const seen = new Set<ServedNode>()
  const left: (readonly Edge[])[] = [start.edges]
  for (let edges = left.pop(); edges; edges = left.pop()) {
    for (const { to, closes } of edges) {
      if (!to || closes || seen.has(to)) continue
      seen.add(to)
      left.push(to.edges)
    }
  }
  return [...seen].sort((one, other) => one.rank - other.rank)
}

/** Sums over the callers of one operation: `loud` over the first i, which do not hear, `quiet` over the others. */
function levels(most: number) {
  const array = () => new Float64Array(most + 1)
  return { loud: array(), quiet: array(), loudLimited: array(), quietLimited: array() }
}

/** What comes into an operation goes on to all that it calls. */
function pass(node: ServedNode, sums: Sums, level: ReturnType<typeof levels>): void {
  const { callers, edges } = node
  const { loud, quiet, loudLimited, quietLimited } = level
  const size = callers.length
  let [paths, fan, worst] = [0, 0, 0]
  for (const [at, { index, counts }] of callers.entries()) {
    const made = counts.ownOutage * counts.foreign
    paths += sums.paths[index] ?? 0
    fan += sums.fan[index] ?? 0
    worst += times(sums.worst[index], counts.own * counts.foreign)
    loud[at + 1] = (loud[at] ?? 0) + times(sums.outage[index], made)
    loudLimited[at + 1] = (loudLimited[at] ?? 0) + (counts.unbounded ? 0 : times(sums.limited[index], made))
  }
  quiet[size] = 0
  quietLimited[size] = 0
  for (let at = size - 1; at >= 0; at--) {
    const index = callers[at]?.index ?? 0
    quiet[at] = (quiet[at + 1] ?? 0) + (sums.outage[index] ?? 0)
    quietLimited[at] = (quietLimited[at + 1] ?? 0) + (sums.limited[index] ?? 0)
  }
  for (const { index, deaf, counts, times: often } of edges) {
    sums.paths[index] = paths
    sums.fan[index] = fan * often
    sums.worst[index] = worst * often
    // Above a publish nobody notices that the consumer's dependency is down.
    sums.outage[index] = often * (counts.queue ? fan : (loud[deaf] ?? 0) + (quiet[deaf] ?? 0))
    sums.limited[index] = often * (counts.queue ? fan : (loudLimited[deaf] ?? 0) + (quietLimited[deaf] ?? 0))
  }
}

/** A path that is not there makes nothing, however many attempts it would. */
function times(sum: number | undefined, attempts: number): number {
  return sum ? sum * attempts : 0
}
