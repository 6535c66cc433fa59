/**
 * Cycle: operations call each other in a circle.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import type { Edge, ServedNode } from '../../graph/graph.js'
import { endsOf, further, shown, type Way } from '../../graph/way.js'
import { atServed } from '../place.js'

export const cycle: Rule = {
  name: 'cycle',
  severity: 'error',
  holds: 'No operation calls itself, by whatever way.',
  why: 'In a circle there is no lowest layer, no deadline that nests and no bound on attempts: when one of them is down, each waits for the next, and whatever they retry comes back to them. It is not followed further: what it costs has no number.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: read, calls: { inventory.reserve: 1 } }
depends:
  inventory: { operations: { reserve: { effect: read, attempts: 1 } } }
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    calls:
      order-api.place-order: 1 # here
depends:
  order-api: { operations: { place-order: { effect: read, attempts: 1 } } }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: read, calls: { inventory.reserve: 1 } }
  read-order: { effect: read }
depends:
  inventory: { operations: { reserve: { effect: read, attempts: 1 } } }
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    calls:
      order-api.read-order: 1
depends:
  order-api: { operations: { read-order: { effect: read, attempts: 1 } } }
`,
    ],
  },
  *check({ edges }) {
    const ways = waysFrom(edges)
    for (const edge of edges) {
      const { from, to, closes, name } = edge
      if (!closes || !from || !to) continue
      const circle = further(ways.get(to)?.get(from), edge)
      const { names } = shown(to.name, endsOf(circle))
      yield atServed(from, ['calls', name], {
        message: `${from.served.name} calls ${name}, from which it is called: ${names.join(' → ')}.`,
        fix: `Leave ${circle.length > 1 ? `one of these ${circle.length} calls` : 'this call'} out, or let it read what another operation has already stored.`,
        about: name,
      })
    }
  },
}

type Ways = Map<ServedNode, Way<Edge> | undefined>

/**
 * From each operation that closes circles the shortest ways to those that close them. One search for all circles
 * through it: where everything calls everything, one search a circle would take minutes.
 */
function waysFrom(edges: readonly Edge[]): ReadonlyMap<ServedNode, Ways> {
  const sought = new Map<ServedNode, Set<ServedNode>>()
  for (const { from, to, closes } of edges) {
    if (closes && from && to) sought.set(to, (sought.get(to) ?? new Set()).add(from))
  }
  return new Map([...sought].map(([to, ends]) => [to, waysTo(to, ends)]))
}

/** Breadth first, until all are found. */
function waysTo(start: ServedNode, ends: ReadonlySet<ServedNode>): Ways {
  const ways: Ways = new Map([[start, undefined]])
  let missing = ends.size
  for (const [node, way] of ways) {
    if (ends.has(node)) missing--
    if (missing === 0) break
    for (const edge of node.edges) {
      if (edge.to && !edge.closes && !ways.has(edge.to)) ways.set(edge.to, further(way, edge))
    }
  }
  return ways
}
