/**
 * Mismatch: two documents disagree about one operation.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { writeKey } from '../paste.js'
import { atOperation, write } from '../place.js'

export const mismatch: Rule = {
  name: 'mismatch',
  severity: 'error',
  holds: "Caller and server agree on an operation's effect, and a key that is required is sent.",
  why: 'A caller that takes a write for a read repeats it without a key; one that sends no key where one is required has every call refused, in production and not before.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read # here
        attempts: 1
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: write }
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
        attempts: 1
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: write }
`,
    ],
  },
  *check({ called }) {
    for (const each of called) {
      const { operation, to, name, depended } = each
      if (!to) continue
      if (operation.effect !== to.served.effect) {
        yield atOperation(each, ['effect'], {
          message: `${each.contract.service} takes ${name} for a ${operation.effect}, but ${depended.name} serves it as a ${to.served.effect}.`,
          fix: `${write(`effect: ${to.served.effect}`, operation.path)}.`,
          about: 'effect',
        })
      }
      const { idempotency } = to.served
      if (idempotency?.kind === 'key' && idempotency.key === 'required' && operation.idempotency?.kind !== 'key') {
        yield atOperation(each, ['idempotency'], {
          message: `${depended.name} requires an idempotency key for ${name}, but ${each.contract.service} sends none.`,
          fix: `${writeKey(each)}.`,
          about: 'key',
        })
      }
    }
  },
}
