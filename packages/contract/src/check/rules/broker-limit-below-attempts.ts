/**
 * Broker limit below attempts: the broker gives up before the consumer does.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atDependency, write } from '../place.js'
import { counted } from '../words.js'

export const brokerLimitBelowAttempts: Rule = {
  name: 'broker-limit-below-attempts',
  severity: 'error',
  holds: 'A broker delivers at least as often as an operation may be attempted.',
  why: "The broker's own limit ends a message by the broker's rule: dropped, or in its own dead-letter queue without class, reason or history, after fewer attempts than the document promises.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  warehouse:
    broker: rabbitmq
    deliveries: 5 # here
    operations:
      fulfil:
        use: background
        effect: read
        attempts: 8
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
    deliveries: 8
    operations:
      fulfil:
        use: background
        effect: read
        attempts: 8
`,
    ],
  },
  worse: 'deliveries that are missing',
  *check({ called }) {
    for (const each of called) {
      const { depended, counts, name } = each
      const { broker, deliveries } = depended
      if (broker === undefined || deliveries === undefined || deliveries >= counts.own) continue
      yield atDependency(each, ['deliveries'], {
        message: `${broker} delivers a message ${counted(deliveries, 'time')}, but ${name} counts on ${counted(counts.own, 'attempt')}.`,
        fix: Number.isFinite(counts.own)
          ? `${write(`deliveries: ${counts.own}`, depended.path)} and set the same at the broker, or \`attempts: ${deliveries}\` under ${each.operation.path.join('.')}.`
          : `${write(`attempts: ${deliveries}`, each.operation.path)}.`,
        amount: counts.own - deliveries,
      })
    }
  },
}
