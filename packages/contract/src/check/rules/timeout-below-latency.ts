/**
 * Timeout below latency: attempts are given up that were about to succeed.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'
import { span } from '../words.js'

export const timeoutBelowLatency: Rule = {
  name: 'timeout-below-latency',
  severity: 'error',
  holds: 'An attempt may take at least as long as 99 of 100 answers of the dependency do.',
  why: 'A timeout below the p99 turns healthy answers into failures: the work is done, nobody takes the answer, and the retry makes it be done again. When the dependency becomes a little slower, all of its callers retry at once.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read
        attemptTimeout: 300ms # here
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    latency: { p99: 400ms }
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
        effect: read
        attemptTimeout: 400ms
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    latency: { p99: 400ms }
`,
    ],
  },
  worse: 'ms below the p99',
  *check({ called }) {
    for (const each of called) {
      const { operation, name, to } = each
      const p99 = to?.served.latency.p99
      if (p99 === undefined || operation.attemptTimeout >= p99) continue
      yield atOperation(each, ['attemptTimeout'], {
        message: `An attempt of ${name} is given up after ${span(operation.attemptTimeout)}, but 1 of 100 of its answers takes ${span(p99)} or longer.`,
        fix: `${write(`attemptTimeout: ${span(p99)}`, operation.path)}, or longer.`,
        amount: p99 - operation.attemptTimeout,
      })
    }
  },
}
