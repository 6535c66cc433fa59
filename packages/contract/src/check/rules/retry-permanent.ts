/**
 * Retry permanent: failures are repeated that another attempt cannot change.
 *
 * @module
 */
import { PERMANENT } from 'truce/policy'
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'
import { list } from '../words.js'

export const retryPermanent: Rule = {
  name: 'retry-permanent',
  severity: 'error',
  holds: 'Only transient failures are retried.',
  why: 'A request that was invalid, unauthorized or rejected will be so again: each retry is load without a chance, and hides the bug that it is. A call that was aborted has nobody left who waits for it.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read
        retryOn: [timeout, not-found] # here
        exhausted: fail
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
        retryOn: [timeout, unavailable]
        exhausted: fail
`,
    ],
  },
  worse: 'classes',
  *check({ called }) {
    for (const each of called) {
      const { operation, name } = each
      const never = operation.retryOn.filter((word) => NEVER.has(word))
      if (never.length === 0) continue
      const rest = operation.retryOn.filter((word) => !NEVER.has(word))
      yield atOperation(each, ['retryOn'], {
        message: `${name} is retried on ${never.join(' and ')}, which another attempt cannot change.`,
        fix: `${write(`retryOn: ${list(rest.length > 0 ? rest : ['timeout', 'unavailable', 'overloaded'])}`, operation.path)}.`,
        amount: never.length,
      })
    }
  },
}

const NEVER: ReadonlySet<string> = new Set<string>([...PERMANENT, 'aborted'])
