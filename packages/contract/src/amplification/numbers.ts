/**
 * Numbers: the graph as arrays, for the sums over all paths.
 *
 * Where paths explode, every start reaches every call: fifty starts over 15,000 calls are read millions of times,
 * and objects would cost more than the sums.
 *
 * @module
 */
import type { Graph } from '../graph/graph.js'

/** By the index of an edge, if not said otherwise. */
export interface Numbers {
  /** What guard and foreign layers make of one call, whatever fails. */
  readonly all: Float64Array
  /** The same, while the dependency is down. */
  readonly made: Float64Array
  /** The same, but 0 where nobody wrote the count. */
  readonly written: Float64Array
  readonly times: Float64Array
  readonly queue: Uint8Array
  readonly deaf: Int32Array
  /** Rank of the operation that it goes on to; -1: none. */
  readonly to: Int32Array
  /** Number of the operation that it calls, in `targets`. */
  readonly target: Int32Array
  readonly targets: readonly string[]
  /** By rank: edges into an operation, and out of it. */
  readonly callers: readonly Int32Array[]
  readonly edges: readonly Int32Array[]
}

export function numbersOf({ edges, order }: Graph): Numbers {
  const targets = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = targets.get(name) ?? targets.size
    targets.set(name, known)
    return known
  }
  const target = Int32Array.from(edges, ({ name }) => numberOf(name))
  return {
    all: Float64Array.from(edges, ({ counts }) => counts.own * counts.foreign),
    made: Float64Array.from(edges, ({ counts }) => counts.ownOutage * counts.foreign),
    written: Float64Array.from(edges, ({ counts }) => (counts.unbounded ? 0 : counts.ownOutage * counts.foreign)),
    times: Float64Array.from(edges, ({ times }) => times),
    queue: Uint8Array.from(edges, ({ counts }) => (counts.queue ? 1 : 0)),
    deaf: Int32Array.from(edges, ({ deaf }) => deaf),
    to: Int32Array.from(edges, ({ to, closes }) => (to && !closes ? to.rank : -1)),
    target,
    targets: [...targets.keys()],
    callers: order.map((node) => Int32Array.from(node.callers, ({ index }) => index)),
    edges: order.map((node) => Int32Array.from(node.edges, ({ index }) => index)),
  }
}
