/**
 * Costliest: of all paths from a start to an operation the one with the most attempts while it is down.
 *
 * Found as the sums are, one operation after the other, callers first: the costliest path to an operation goes on
 * from one of the costliest to its callers.
 *
 * @module
 */
import type { Edge, Graph, Start } from '../graph/graph.js'
import { further, type Way } from '../graph/way.js'
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

/** A layer that multiplies what is above it. */
export interface Layer {
  readonly edge: Edge
  /** While the end of the path is down. */
  readonly attempts: number
  /** The call below, of which it does not hear; none at the end. */
  readonly below: Edge | undefined
}

/** One path. */
export interface Costliest {
  readonly way: Way<Edge>
  /** The product of `calls` on it. */
  readonly calls: number
  /** Layers that multiply above its last guard; none: no layer does. */
  readonly layers: Way<Layer> | undefined
}

/** Finds the costliest path to an operation, by its name. */
export function costliest(start: Start, graph: Graph, numbers: Numbers): (to: string) => Costliest | undefined {
  const ways = (): Ways => ({
    value: new Float64Array(graph.edges.length),
    over: new Int32Array(graph.edges.length).fill(-1),
  })
  const both: Both = { outage: ways(), fan: ways() }
  for (const { index, times } of start.edges) for (const each of [both.outage, both.fan]) each.value[index] = times
  for (const rank of reachedBy(start, numbers)) pass(rank, numbers, both)
  const last = lastEdges(numbers, both.outage)
  const trace = tracer(graph, both)
  return (to) => trace(last.get(to) ?? -1)
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

/** The way to a call, by its index: by attempts as far up as the lowest publish, above it by calls. */
function tracer({ edges }: Graph, { outage, fan }: Both): (last: number) => Costliest | undefined {
  // Ways share what is above: each is made once, or a long chain would be walked for every operation in it.
  const known = { outage: new Map<Edge, Costliest>(), fan: new Map<Edge, Costliest>() }
  return (last) => {
    const missing: { readonly edge: Edge; readonly by: 'outage' | 'fan' }[] = []
    let by: 'outage' | 'fan' = 'outage'
    let found: Costliest | undefined
    for (let edge = edges[last]; edge;) {
      found = known[by].get(edge)
      if (found) break
      missing.push({ edge, by })
      if (edge.counts.queue) by = 'fan'
      edge = edges[(by === 'fan' ? fan : outage).over[edge.index] ?? -1]
    }
    for (const each of missing.toReversed()) {
      found = extend(found, each.edge, each.by === 'fan')
      known[each.by].set(each.edge, found)
    }
    return found
  }
}

function extend(above: Costliest | undefined, edge: Edge, published: boolean): Costliest {
  // Nothing above a publish notices that what is below is down.
  const layers = published || edge.counts.queue || !above ? undefined : layersAbove(above, edge)
  return { way: further(above?.way, edge), calls: (above?.calls ?? 1) * edge.times, layers }
}

function layersAbove({ way, layers }: Costliest, below: Edge): Way<Layer> | undefined {
  const attempts = hears(way.at, below) ? 1 : madeBy(way.at)
  return attempts > 1 ? further(layers, { edge: way.at, attempts, below }) : layers
}

/** Layers of a path that multiply while its end is down, that of its end too. */
export function multipliers({ way, layers }: Costliest): Way<Layer> | undefined {
  const attempts = madeBy(way.at)
  return attempts > 1 ? further(layers, { edge: way.at, attempts, below: undefined }) : layers
}

const madeBy = ({ counts }: Edge): number => counts.ownOutage * counts.foreign
