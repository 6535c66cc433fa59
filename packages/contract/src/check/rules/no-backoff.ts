/**
 * No backoff: retries follow at once.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, repeated, write } from '../place.js'

export const noBackoff: Rule = {
  name: 'no-backoff',
  severity: 'error',
  holds: 'There is a wait before a retry, and it can be longer than nothing.',
  why: 'A retry without a wait meets the very condition that failed the attempt before it, and all attempts of a call are spent in the few milliseconds in which the dependency restarts. For its load they are one request that is several.',
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
        backoff: none # here
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
        backoff: { initial: 100ms, max: 2s }
        exhausted: fail
`,
    ],
  },
  *check(graph) {
    for (const each of repeated(graph)) {
      const { backoff, path } = each.operation
      if (backoff !== 'none' && backoff.max > 0 && backoff.initial > 0) continue
      yield atOperation(each, ['backoff'], {
        message: `Retries of ${each.name} follow at once: all of them meet what failed the first attempt.`,
        fix: `${write('backoff: { initial: 100ms, factor: 2, max: 2s, jitter: full }', path)}.`,
      })
    }
  },
}
