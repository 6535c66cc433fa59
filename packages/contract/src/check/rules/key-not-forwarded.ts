/**
 * Key not forwarded: a chain of writes loses its key in the middle.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import type { Contract } from '../../document/model.js'
import type { Graph, ServedNode } from '../../graph/graph.js'
import { writeKey } from '../paste.js'
import { atOperation } from '../place.js'

export const keyNotForwarded: Rule = {
  name: 'key-not-forwarded',
  severity: 'error',
  holds: 'A write that takes a key calls other writes with one.',
  why: 'Exactly once in the front is worth nothing if the back takes effect twice: when the middle service dies between its call and its own record, its caller repeats the key, the middle works again, and what it calls cannot know that it did so before. A key derived from the one that came in is the same both times.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: write, calls: { inventory.reserve: 1 }, idempotency: { key: required, ttl: 72h } }
depends:
  inventory:
    operations:
      reserve: { effect: write, attempts: 1 } # here
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: write, calls: { inventory.reserve: 1 }, idempotency: { key: required, ttl: 72h } }
depends:
  inventory:
    operations:
      reserve: { effect: write, attempts: 1, idempotency: { key: '{incoming}_reserve', window: 24h } }
`,
    ],
  },
  *check(graph) {
    const middles = middlesOf(graph)
    for (const each of graph.called) {
      const { operation, name } = each
      if (operation.effect !== 'write' || operation.idempotency) continue
      const middle = middles.get(each.contract)?.get(each.name)
      if (!middle) continue
      yield atOperation(each, ['idempotency'], {
        message: `${middle.served.name} takes an idempotency key and calls ${name}, a write, without one: repeated, it takes effect there twice.`,
        fix: `${writeKey(each)}, or \`idempotency: natural\` if repeating it is harmless.`,
      })
    }
  },
}

/** Writes that take a key, by their document and what they call; a service that names no call may call anything from any of them. */
function middlesOf({ served, edges }: Graph): ReadonlyMap<Contract, ReadonlyMap<string, ServedNode>> {
  const middles = new Map<Contract, Map<string, ServedNode>>()
  const add = (name: string, node: ServedNode) => {
    const known = middles.get(node.contract) ?? new Map<string, ServedNode>()
    if (!known.has(name)) middles.set(node.contract, known.set(name, node))
  }
  const silent = new Map<Contract, ServedNode>()
  const named = new Set<Contract>()
  for (const node of served.values()) {
    if (node.edges.length > 0) named.add(node.contract)
    if (node.served.effect !== 'write' || node.served.idempotency?.kind !== 'key') continue
    if (!silent.has(node.contract)) silent.set(node.contract, node)
    for (const { name } of node.edges) add(name, node)
  }
  for (const { from, contract, name } of edges) {
    const node = silent.get(contract)
    if (!from && node && !named.has(contract)) add(name, node)
  }
  return middles
}
