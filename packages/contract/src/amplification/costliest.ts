/**
 * Costliest: of all paths from a start to an operation the one with the most attempts while it is down.
 *
 * Found as the sums are, one operation after the other, callers first: the costliest path to an operation goes on
 * from one of the costliest to its callers.
 *
 * @module
 */
import type { Edge, Start } from '../graph/graph.js'
import { reachedBy } from './sums.js'
import { hears } from './walk.js'

/** The best way into an edge: what is above its guard, and over which edge it came. */
interface Way {
  readonly value: number
  readonly over: Edge | undefined
}

interface Ways {
  /** By attempts. */
  readonly outage: Map<Edge, Way>
  /** By calls alone: what counts above a publish. */
  readonly fan: Map<Edge, Way>
}

/** Finds the costliest path that ends in one of the given edges. */
export function costliest(start: Start): (edges: Iterable<Edge>) => readonly Edge[] {
  const ways: Ways = { outage: new Map(), fan: new Map() }
  for (const edge of start.edges) {
    ways.outage.set(edge, { value: edge.times, over: undefined })
    ways.fan.set(edge, { value: edge.times, over: undefined })
  }
  for (const node of reachedBy(start)) {
    const callers = node.callers.filter((caller) => ways.fan.has(caller))
    const fan = best(callers, (caller) => ways.fan.get(caller)?.value ?? 0)
    const loudest = prefix(node.callers, ways)
    for (const edge of node.edges) {
      const outage = edge.counts.queue ? fan : loudest(edge)
      ways.fan.set(edge, { value: fan.value * edge.times, over: fan.over })
      ways.outage.set(edge, { value: outage.value * edge.times, over: outage.over })
    }
  }
  return (edges) => trace(best(edges, (edge) => atEnd(edge, ways)).over, ways)
}

function atEnd(edge: Edge, ways: Ways): number {
  return (ways.outage.get(edge)?.value ?? 0) * edge.counts.ownOutage * edge.counts.foreign
}

/** The best of the first i callers, which do not hear, and of the others, which do. */
function prefix(callers: readonly Edge[], ways: Ways): (below: Edge) => Way {
  const nobody: Way = { value: 0, over: undefined }
  const loud: Way[] = [nobody]
  for (const [at, caller] of callers.entries()) loud.push(better(loud[at] ?? nobody, atEnd(caller, ways), caller))
  const quiet: Way[] = [nobody]
  for (const caller of callers.toReversed()) {
    quiet.push(better(quiet.at(-1) ?? nobody, ways.outage.get(caller)?.value ?? 0, caller))
  }
  return ({ deaf }) => {
    const one = loud[deaf] ?? nobody
    const other = quiet[callers.length - deaf] ?? nobody
    return other.value > one.value ? other : one
  }
}

function better(way: Way, value: number, over: Edge): Way {
  return value > way.value ? { value, over } : way
}

function best(edges: Iterable<Edge>, value: (edge: Edge) => number): Way {
  let found: Way = { value: 0, over: undefined }
  for (const edge of edges) found = better(found, value(edge), edge)
  return found
}

/** The way up again: by attempts as far as the lowest publish, above it by calls. */
function trace(last: Edge | undefined, ways: Ways): Edge[] {
  const path: Edge[] = []
  let published = false
  for (let edge = last; edge;) {
    path.unshift(edge)
    published ||= edge.counts.queue
    edge = (published ? ways.fan : ways.outage).get(edge)?.over
  }
  return path
}

/** Attempts on one path while its end is down, layer by layer: those that multiply. */
export function multipliers(path: readonly Edge[]): { readonly edge: Edge; readonly attempts: number }[] {
  const found: { readonly edge: Edge; readonly attempts: number }[] = []
  for (let at = path.length - 1; at >= 0; at--) {
    const [edge, below] = [path[at], path[at + 1]]
    if (!edge) continue
    const { ownOutage, foreign, queue } = edge.counts
    found.unshift({ edge, attempts: (below && hears(edge, below) ? 1 : ownOutage) * foreign })
    if (queue) break
  }
  return found
}
