/**
 * No jitter: callers that failed together come back together.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, repeated, write } from '../place.js'

export const noJitter: Rule = {
  name: 'no-jitter',
  severity: 'error',
  holds: 'Waits between attempts are spread by chance.',
  why: 'Ten thousand callers that fail at the same moment and wait the same 2 s arrive as one wave, which fails them all again. With full jitter the busiest tenth of a second sees 537 of them.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read
        attempts: 3
        backoff: { jitter: none } # here
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
        attempts: 3
        backoff: { jitter: full }
        exhausted: fail
`,
    ],
  },
  *check(graph) {
    for (const each of repeated(graph)) {
      const { backoff, path } = each.operation
      if (backoff === 'none' || backoff.jitter !== 'none') continue
      yield atOperation(each, ['backoff', 'jitter'], {
        message: `Retries of ${each.name} wait without jitter: callers that failed together come back together.`,
        fix: `${write('jitter: full', [...path, 'backoff'])}.`,
      })
    }
  },
}
