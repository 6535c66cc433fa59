/**
 * Key not honoured: a write is repeated on a key that the dependency ignores.
 *
 * @module
 */
import type { Called } from '../../graph/graph.js'
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'

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
  *check({ called }) {
    for (const each of called) {
      const { operation, depended, counts, name, to } = each
      if (counts.own * counts.foreign <= 1) continue
      if (operation.effect !== 'write' || operation.idempotency?.kind !== 'key' || !to) continue
      if (to.served.idempotency) continue
      yield atOperation(each, ['idempotency'], {
        message: `${name} is a write that is retried on a key, but ${depended.name} takes no key there.`,
        fix: `${onceOnly(each)}, or let ${depended.name} take keys: \`idempotency: { key: required, ttl: 72h }\` under serves.${operation.servedAs}.`,
      })
    }
  },
}

function onceOnly({ operation, depended, counts }: Called): string {
  const foreign = depended.layers.filter(({ attempts }) => attempts > 1).map(({ name }) => name)
  const own = counts.own > 1 ? [write('attempts: 1', operation.path)] : []
  const off =
    foreign.length > 0 ? [`${own.length > 0 ? 's' : 'S'}witch the retries of ${foreign.join(' and ')} off`] : []
  return [...own, ...off].join(' and ')
}
