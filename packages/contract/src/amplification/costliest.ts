/**
 * Costliest: of all paths from a start to an operation the one with the most attempts while it is down.
 *
 * Found as the sums are, one operation after the other, callers first: the costliest path to an operation goes on
 * from one of the costliest to its callers.
 *
 * @module
 */
import type { Edge, Graph, Start } from '../graph/graph.js'
import type { Numbers } from './numbers.js'
import { reachedBy } from './sums.js'
import { hears } from './walk.js'

/** The best way into each edge, by its index: what is above its guard, and over which edge it came. */
interface Ways {
  readonly value: Float64Array
  /** -1: it is the first. */
  readonly over: Int32Array
}

/** By attempts; and by calls alone, which is what counts above a publish. */
interface Both {
  readonly outage: Ways
  readonly fan: Ways
}

/** Finds the costliest path to an operation, by its name. */
export function costliest(start: Start, graph: Graph, numbers: Numbers): (to: string) => readonly Edge[] {
  const ways = (): Ways => ({
    value: new Float64Array(graph.edges.length),
    over: new Int32Array(graph.edges.length).fill(-1),
  })
  const both: Both = { outage: ways(), fan: ways() }
  for (const { index, times } of start.edges) for (const each of [both.outage, both.fan]) each.value[index] = times
  for (const rank of reachedBy(start, numbers)) pass(rank, numbers, both)
  const last = lastEdges(numbers, both.outage)
  return (to) => trace(last.get(to) ?? -1, graph, both)
}

function pass(rank: number, numbers: Numbers, { outage, fan }: Both): void {
  const callers = numbers.callers[rank] ?? []
  const most = best(callers, (index) => fan.value[index] ?? 0)
  const { loud, quiet } = bestByHearing(callers, numbers, outage)
  for (const index of numbers.edges[rank] ?? []) {
    const deaf = numbers.deaf[index] ?? 0
    const over = numbers.queue[index] === 1 ? most : better(loud[deaf], quiet[deaf])
    const often = numbers.times[index] ?? 1
    set(fan, index, often, most)
    set(outage, index, often, over)
  }
}

interface Best {
  readonly value: number
  readonly over: number
}
const NOBODY: Best = { value: 0, over: -1 }

function better(one: Best = NOBODY, other: Best = NOBODY): Best {
  return other.value > one.value ? other : one
}

function best(edges: Iterable<number>, value: (index: number) => number): Best {
  let found = NOBODY
  for (const index of edges) if (value(index) > found.value) found = { value: value(index), over: index }
  return found
}

/** At i the best of the first i callers, which do not hear, and the best of the others, which do. */
function bestByHearing(callers: Int32Array | readonly number[], { made }: Numbers, { value }: Ways) {
  const loud = [NOBODY]
  const quiet: Best[] = Array.from({ length: callers.length + 1 }, () => NOBODY)
  for (const [at, index] of callers.entries()) {
    loud.push(better(loud[at], { value: (value[index] ?? 0) * (made[index] ?? 0), over: index }))
  }
  for (let at = callers.length - 1; at >= 0; at--) {
    const index = callers[at] ?? 0
    quiet[at] = better(quiet[at + 1], { value: value[index] ?? 0, over: index })
  }
  return { loud, quiet }
}

function set({ value, over }: Ways, index: number, often: number, from: Best): void {
  value[index] = often * from.value
  over[index] = from.over
}

/** Of all edges that call an operation the one with the best way, by the operation's name. */
function lastEdges({ made, target, targets }: Numbers, { value }: Ways): ReadonlyMap<string, number> {
  const found = targets.map(() => NOBODY)
  for (const [index, to] of target.entries()) {
    found[to] = better(found[to], { value: (value[index] ?? 0) * (made[index] ?? 0), over: index })
  }
  return new Map(targets.map((name, to) => [name, found[to]?.over ?? -1]))
}

/** The way up again: by attempts as far as the lowest publish, above it by calls. */
function trace(last: number, { edges }: Graph, { outage, fan }: Both): Edge[] {
  const path: Edge[] = []
  let published = false
  for (let edge = edges[last]; edge;) {
    path.unshift(edge)
    published ||= edge.counts.queue
    edge = edges[(published ? fan : outage).over[edge.index] ?? -1]
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
