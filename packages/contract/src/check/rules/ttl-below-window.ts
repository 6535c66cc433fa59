/**
 * TTL below window: a server forgets a key that may still be repeated.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import type { Window } from '../../windows/windows.js'
import { chainOf, windowsOf } from '../../windows/windows.js'
import type { Graph, ServedNode } from '../../graph/graph.js'
import { atServed, write } from '../place.js'
import { atLeast, span } from '../words.js'

export const ttlBelowWindow: Rule = {
  name: 'ttl-below-window',
  severity: 'error',
  holds: 'A server remembers a key for as long as any caller may repeat it, and for its own deadline on top.',
  why: "A repeat that comes after the server has forgotten the key is a new request: the money is taken twice, legally. Where a caller derives its key from one that came in, that one's window comes on top of its own: two services that each repeat for 24 h need 48 h at the end of the chain. A server's own deadline counts too, because it remembers from when its work starts.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: write
        idempotency: { key: 'order_{order}', window: 72h }
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: write
    idempotency: { key: required, ttl: 24h } # here
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: write
        idempotency: { key: 'order_{order}', window: 72h }
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: write
    idempotency: { key: required, ttl: 72h }
`,
    ],
  },
  worse: 'ms that are not covered',
  *check(graph) {
    for (const [node, window] of longestInto(graph)) {
      const { idempotency, deadline, path, name } = node.served
      if (idempotency?.kind !== 'key' || idempotency.ttl === undefined) continue
      const own = Number.isFinite(deadline) ? deadline : 0
      const needed = window.window + own
      if (idempotency.ttl >= needed) continue
      const chain = chainOf(window).names.join(' → ')
      const more = own > 0 ? `, and ${name} itself works for up to ${span(own)}` : ''
      yield atServed(node, ['idempotency', 'ttl'], {
        message: `${name} forgets a key after ${span(idempotency.ttl)}, but it may be repeated for ${Number.isFinite(needed) ? span(window.window) : 'ever'} (${chain})${more}.`,
        fix: Number.isFinite(needed)
          ? `${write(`ttl: ${atLeast(needed)}`, [...path, 'idempotency'])}, or longer.`
          : `Give ${window.edge.name} a \`window\` or a \`deadline\` in ${window.edge.contract.file}.`,
        amount: needed - idempotency.ttl,
      })
    }
  },
}

function longestInto(graph: Graph): ReadonlyMap<ServedNode, Window> {
  const longest = new Map<ServedNode, Window>()
  for (const [{ to }, window] of windowsOf(graph)) {
    if (to && window.window > (longest.get(to)?.window ?? -1)) longest.set(to, window)
  }
  return longest
}
