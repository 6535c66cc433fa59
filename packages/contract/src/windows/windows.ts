/**
 * Windows: how long a key may still be repeated, along the chain of those that derive theirs from it.
 *
 * A key that is derived from one that came in lives as long as whoever sends that one may repeat it, on top of its
 * own window: place-order may be repeated after 24 h, and only then does it call reserve for the first time, which
 * may be repeated for another 24 h. A server that forgets after 24 h takes the money twice.
 *
 * @module
 */
import type { Contract } from '../document/model.js'
import type { Called, Edge, Graph, ServedNode } from '../graph/graph.js'
import { longest } from '../graph/times.js'
import { endsOf, further, type Shown, shown, type Way } from '../graph/way.js'

/** How long a key is repeated at most, as `truce check --json` prints it; ms. */
export interface WindowRow {
  /** From where the key comes to where it is looked up; of more than 64 operations the ends, and an entry between them. */
  readonly chain: readonly string[]
  /** Operations of the chain that this entry stands for, where there is one. */
  readonly leftOut?: number
  /** The longest, without the server's own deadline; `null`: for ever. */
  readonly window: number | null
  /** How long the server remembers it; `null`: it does not say, or its document is not given. */
  readonly ttl: number | null
}

/** The window of one call, and the calls above that its key comes from. */
export interface Window {
  readonly edge: Edge
  readonly window: number
  readonly way: Way<Edge>
}

const known = new WeakMap<Graph, ReadonlyMap<Edge, Window>>()

/** Windows of all calls that send a key; found once for a graph. */
export function windowsOf(graph: Graph): ReadonlyMap<Edge, Window> {
  const found = known.get(graph) ?? find(graph)
  known.set(graph, found)
  return found
}

/** A row for each call that sends a key. */
export function windowRows(graph: Graph): WindowRow[] {
  return [...windowsOf(graph).values()].map((each) => {
    const idempotency = each.edge.to?.served.idempotency
    const { names, ...left } = chainOf(each)
    return {
      chain: names,
      ...left,
      window: Number.isFinite(each.window) ? each.window : null,
      ttl: idempotency?.kind === 'key' ? (idempotency.ttl ?? null) : null,
    }
  })
}

/** `[order-api.place-order, inventory.reserve, warehouse.pick]`. */
export function chainOf({ way }: Window): Shown {
  const [first = way.at] = way.first
  return shown(first.from?.name ?? first.contract.service, endsOf(way))
}

/** By itself, ms: what is written, or how long its repeats can take; `undefined`: it sends no key. */
export function ownWindow({ operation, counts }: Called): number | undefined {
  const { idempotency } = operation
  if (idempotency?.kind !== 'key') return undefined
  return Number.isFinite(idempotency.window) ? idempotency.window : repeatsFor({ operation, counts })
}

/** The longest time that repeats of one call can take, ms. */
export function repeatsFor({ operation, counts }: Pick<Called, 'operation' | 'counts'>): number {
  return counts.queue ? operation.deadline : longest(operation, counts.own)
}

function find(graph: Graph): ReadonlyMap<Edge, Window> {
  const best = bestInto(graph)
  const found = new Map<Edge, Window>()
  for (const edge of graph.edges) {
    const window = windowOf(edge, best)
    if (window) found.set(edge, window)
  }
  return found
}

/** Where a key comes in that a call derives its own from: an operation, or whichever of its service's. */
type Entrance = ServedNode | Contract

function entranceOf({ from, contract }: Edge): Entrance {
  return from ?? contract
}

function windowOf(edge: Edge, best: ReadonlyMap<Entrance, Window | undefined>): Window | undefined {
  const own = ownWindow(edge)
  if (own === undefined) return undefined
  const above = isDerived(edge) ? best.get(entranceOf(edge)) : undefined
  return { edge, window: own + (above?.window ?? 0), way: further(above?.way, edge) }
}

function isDerived({ operation }: Called): boolean {
  return operation.idempotency?.kind === 'key' && (operation.idempotency.key?.includes('{incoming}') ?? false)
}

/** The longest window of the calls that come in at each entrance. Without recursion: chains may be long. */
function bestInto(graph: Graph): ReadonlyMap<Entrance, Window | undefined> {
  const callers = callersOf(graph)
  const best = new Map<Entrance, Window | undefined>()
  const open = new Set<Entrance>()
  for (const root of callers.keys()) {
    const way: Entrance[] = [root]
    for (let at = way.at(-1); at; at = way.at(-1)) {
      const into = callers.get(at) ?? []
      const missing = open.has(at) || best.has(at) ? [] : into.filter(isDerived).map(entranceOf)
      open.add(at)
      const next = missing.filter((entrance) => !best.has(entrance) && !open.has(entrance))
      if (next.length > 0) way.push(...next)
      else {
        way.pop()
        if (!best.has(at)) best.set(at, longestOf(into, best))
      }
    }
  }
  return best
}

function longestOf(edges: readonly Edge[], best: ReadonlyMap<Entrance, Window | undefined>): Window | undefined {
  let found: Window | undefined
  for (const edge of edges) {
    const window = windowOf(edge, best)
    if (window && window.window > (found?.window ?? -1)) found = window
  }
  return found
}

function callersOf(graph: Graph): ReadonlyMap<Entrance, readonly Edge[]> {
  const callers = new Map<Entrance, Edge[]>(graph.contracts.map((contract) => [contract, []]))
  for (const node of graph.order) {
    callers.set(node, [...node.callers])
    for (const edge of node.callers) callers.get(node.contract)?.push(edge)
  }
  return callers
}
