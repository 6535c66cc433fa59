/**
 * Sums: what all paths from one start make together, without walking each of them.
 *
 * Six layers of fifty operations that all call each other have 300 million paths from each of them. What they sum to
 * follows from what the paths into each operation sum to: one pass, callers first, linear in the calls.
 *
 * For each edge it holds, over all paths from the start that end in it, the sums of what is above its own guard:
 * how often it is called, and by how many attempts. Whole numbers, so exact up to 2^53.
 *
 * @module
 */
import type { Start } from '../graph/graph.js'
import type { Numbers } from './numbers.js'

/** By the index of an edge; 0 for those that this start does not reach. */
export interface Sums {
  /** Ranks of the operations that the start reaches, callers first. */
  readonly nodes: Int32Array
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

/** The sums over all paths from a start. */
export function sumsFrom(start: Start, numbers: Numbers): Sums {
  const array = () => new Float64Array(numbers.times.length)
  const nodes = reachedBy(start, numbers)
  const sums: Sums = { nodes, paths: array(), fan: array(), outage: array(), limited: array(), worst: array() }
  for (const { index, times: often } of start.edges) {
    sums.paths[index] = 1
    for (const each of [sums.fan, sums.outage, sums.limited, sums.worst]) each[index] = often
  }
  const most = nodes.reduce((size, rank) => Math.max(size, numbers.callers[rank]?.length ?? 0), 0)
  const levels = { loud: new Float64Array(most + 1), loudLimited: new Float64Array(most + 1) }
  for (const rank of nodes) pass(rank, numbers, sums, levels)
  return sums
}

/** Ranks of the operations that a start reaches, callers first. */
export function reachedBy(start: Start, { to, edges }: Numbers): Int32Array {
  const seen = new Uint8Array(edges.length)
  const left: (Int32Array | undefined)[] = [Int32Array.from(start.edges, ({ index }) => index)]
  for (let out = left.pop(); out; out = left.pop()) {
    for (const index of out) {
      const rank = to[index] ?? -1
      if (rank < 0 || seen[rank] === 1) continue
      seen[rank] = 1
      left.push(edges[rank])
    }
  }
  const ranks = Int32Array.from(seen.keys())
  return ranks.filter((rank) => seen[rank] === 1)
}

/** Over the first i callers, which do not hear what is below: sums with their attempts, and for the others without. */
interface Levels {
  readonly loud: Float64Array
  readonly loudLimited: Float64Array
}

/** What comes into an operation goes on to all that it calls. */
function pass(rank: number, numbers: Numbers, sums: Sums, { loud, loudLimited }: Levels): void {
  const callers = numbers.callers[rank] ?? []
  const size = callers.length
  let paths = 0
  let fan = 0
  let worst = 0
  // One array holds both: at i what the first i make and the rest passes on, by going through it twice.
  loud[size] = 0
  loudLimited[size] = 0
  for (let at = size - 1; at >= 0; at--) {
    const index = callers[at] ?? 0
    paths += sums.paths[index] ?? 0
    fan += sums.fan[index] ?? 0
    worst += times(sums.worst[index], numbers.all[index])
    loud[at] = (loud[at + 1] ?? 0) + (sums.outage[index] ?? 0)
    loudLimited[at] = (loudLimited[at + 1] ?? 0) + (sums.limited[index] ?? 0)
  }
  let made = 0
  let written = 0
  for (let at = 0; at < size; at++) {
    const index = callers[at] ?? 0
    made += times(sums.outage[index], numbers.made[index])
    written += times(sums.limited[index], numbers.written[index])
    loud[at + 1] = (loud[at + 1] ?? 0) + made
    loudLimited[at + 1] = (loudLimited[at + 1] ?? 0) + written
  }
  for (const index of numbers.edges[rank] ?? []) {
    const often = numbers.times[index] ?? 1
    const queue = numbers.queue[index] === 1
    const deaf = numbers.deaf[index] ?? 0
    sums.paths[index] = paths
    sums.fan[index] = fan * often
    sums.worst[index] = worst * often
    // Above a publish nobody notices that the consumer's dependency is down.
    sums.outage[index] = often * (queue ? fan : (loud[deaf] ?? 0))
    sums.limited[index] = often * (queue ? fan : (loudLimited[deaf] ?? 0))
  }
}

/** A path that is not there makes nothing, however many attempts it would. */
function times(sum: number | undefined, attempts: number | undefined): number {
  return sum ? sum * (attempts ?? 0) : 0
}
