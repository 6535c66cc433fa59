/**
 * Key not honoured: a write is repeated on a key that the dependency ignores.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, repeated, write } from '../place.js'

export const keyNotHonoured: Rule = {
  name: 'key-not-honoured',
  severity: 'error',
  holds: "Where a write is retried on a key, the dependency's document takes keys for it.",
  why: 'A key protects only where somebody looks it up. A header that the server ignores makes the caller feel safe, and every retry after a lost answer is a duplicate.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: write
        attempts: 3
        idempotency: { key: 'order_{order}', window: 24h } # here
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: write
    deadline: 1s
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
        attempts: 3
        idempotency: { key: 'order_{order}', window: 24h }
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: write
    deadline: 1s
    idempotency: { key: required, ttl: 72h }
`,
    ],
  },
  *check(graph) {
    for (const each of repeated(graph)) {
      const { operation, depended, name, to } = each
      if (operation.effect !== 'write' || operation.idempotency?.kind !== 'key' || !to) continue
      if (to.served.idempotency) continue
      yield atOperation(each, ['idempotency'], {
        message: `${name} is a write that is retried on a key, but ${depended.name} takes no key there.`,
        fix: `${write('attempts: 1', operation.path)}, or let ${depended.name} take keys: \`idempotency: { key: required, ttl: 72h }\` under serves.${operation.servedAs}.`,
      })
    }
  },
}
