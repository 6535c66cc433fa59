/**
 * Unbounded deliveries: a message that cannot be handled has nowhere to go.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'

export const unboundedDeliveries: Rule = {
  name: 'unbounded-deliveries',
  severity: 'error',
  holds: 'What a queue could not deliver ends as a dead letter.',
  why: "A message that kills its consumer comes back, for ever: it takes the place of fresh work, and a queue's oldest message grows older while everybody is busy. A dead letter keeps it with the reason, to be looked at and sent again.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  warehouse:
    broker: rabbitmq
    operations:
      fulfil:
        use: background
        effect: read
        exhausted: fail # here
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
depends:
  warehouse:
    broker: rabbitmq
    operations:
      fulfil:
        use: background
        effect: read
        exhausted: dead-letter
`,
    ],
  },
  *check({ called }) {
    for (const each of called) {
      const { operation, depended, name } = each
      if (depended.broker === undefined || operation.exhausted?.kind === 'dead-letter') continue
      const then = operation.exhausted ? `ends in ${operation.exhausted.kind}` : 'does not say how it ends'
      yield atOperation(each, ['exhausted'], {
        message: `${name} is delivered by ${depended.broker} and ${then}: what cannot be handled is delivered for ever, or lost.`,
        fix: `${write('exhausted: dead-letter', operation.path)}.`,
      })
    }
  },
}
