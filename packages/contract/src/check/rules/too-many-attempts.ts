/**
 * Too many attempts: more than can help.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { urgencyOf } from '../../graph/urgency.js'
import { atOperation, repeated, write } from '../place.js'
import { counted } from '../words.js'

export const tooManyAttempts: Rule = {
  name: 'too-many-attempts',
  severity: 'warning',
  holds: 'An operation that somebody waits for makes at most 5 attempts, one in the background at most 25.',
  why: "What fails five times in a row within a person's patience is down, and further attempts only add to its load: of calls that fail independently half of the time, 97 % are through after five. In the background 25 attempts with backoff span hours; what still fails then needs a person. Background operations without a count are bounded by their deadline, and exempt.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
limits: { amplification: 6 }
depends:
  inventory:
    operations:
      reserve:
        effect: read
        use: interactive
        attempts: 6 # here
        attemptTimeout: 300ms
        exhausted: fail
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
limits: { amplification: 6 }
depends:
  inventory:
    operations:
      reserve:
        effect: read
        use: interactive
        attempts: 4
        attemptTimeout: 300ms
        exhausted: fail
`,
    ],
  },
  worse: 'attempts',
  *check(graph) {
    for (const each of repeated(graph)) {
      const { operation, counts, name } = each
      const background = urgencyOf(each) === 'background'
      const most = background ? 25 : 5
      if (counts.own <= most || counts.unbounded) continue
      yield atOperation(each, ['attempts'], {
        message: `${name} makes up to ${counted(counts.own, 'attempt')}, ${background ? 'in the background' : 'while somebody waits'}: more than ${most} only add to the load of what is down.`,
        fix: `${write(`attempts: ${most}`, operation.path)}, or fewer.`,
        amount: counts.own,
      })
    }
  },
}
