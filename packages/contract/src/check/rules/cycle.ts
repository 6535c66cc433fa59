/**
 * Cycle: operations call each other in a circle.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import type { ServedNode } from '../../graph/graph.js'
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
    for (const edge of edges) {
      const { from, to, closes, name } = edge
      if (!closes || !from || !to) continue
      const circle = [...way(to, from), name]
      yield atServed(from, ['calls', name], {
        message: `${from.served.name} calls ${name}, from which it is called: ${circle.join(' → ')}.`,
        fix: `Leave ${circle.length > 2 ? `one of these ${circle.length - 1} calls` : 'this call'} out, or let it read what another operation has already stored.`,
        about: name,
      })
    }
  },
}

/** The shortest way from one operation to another, both included. */
function way(start: ServedNode, end: ServedNode): string[] {
  const over = new Map<ServedNode, ServedNode | undefined>([[start, undefined]])
  for (const node of over.keys()) {
    if (node === end) break
    for (const { to, closes } of node.edges) if (to && !closes && !over.has(to)) over.set(to, node)
  }
  const names: string[] = []
  for (let node: ServedNode | undefined = end; node; node = over.get(node)) names.unshift(node.name)
  return names
}
