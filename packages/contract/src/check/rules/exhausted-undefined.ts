/**
 * Exhausted undefined: nobody has said what happens when retries end.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, repeated, write } from '../place.js'
import { counted } from '../words.js'

export const exhaustedUndefined: Rule = {
  name: 'exhausted-undefined',
  severity: 'warning',
  holds: 'An operation that is retried says what its caller gets when retries end.',
  why: 'Retries end, and they end in the worst hour. Whether the caller then gets an error, an old answer or a promise that it will be done later is a decision about the business; where it is not written down, it is made by whoever catches the exception.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve: # here
        effect: read
        attempts: 3
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
        attempts: 3
        exhausted: fail
`,
    ],
  },
  *check(graph) {
    for (const each of repeated(graph)) {
      const { operation, counts, name } = each
      if (operation.exhausted) continue
      yield atOperation(each, ['exhausted'], {
        message: `${name} is given up after ${counted(counts.own, 'attempt')}, and nothing says what its caller gets then.`,
        fix: counts.queue
          ? `${write('exhausted: dead-letter', operation.path)}.`
          : `${write('exhausted: fail', operation.path)}, or one of ${operation.effect === 'write' ? 'pending, dead-letter' : '{ cached: { maxAge, key } }, fallback'}.`,
      })
    }
  },
}
