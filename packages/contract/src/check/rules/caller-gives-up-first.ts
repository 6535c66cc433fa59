/**
 * Caller gives up first: the dependency works on for somebody who has left.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'
import { span } from '../words.js'

export const callerGivesUpFirst: Rule = {
  name: 'caller-gives-up-first',
  severity: 'warning',
  holds: 'An attempt is not given up before the dependency stops working on it.',
  why: 'An attempt that was given up is still being worked on, and its retry runs beside it: a dependency that is slow gets its load multiplied just then. Deadlines that travel (peers) end the work earlier, but only where the dependency looks at them.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read
        attemptTimeout: 2s # here
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    deadline: 3s
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
        attemptTimeout: 3s
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    deadline: 3s
`,
    ],
  },
  worse: 'ms that are worked for nobody',
  *check({ called }) {
    for (const each of called) {
      const { operation, name, to } = each
      const deadline = to?.served.deadline ?? Number.POSITIVE_INFINITY
      if (!Number.isFinite(deadline) || operation.attemptTimeout >= deadline) continue
      yield atOperation(each, ['attemptTimeout'], {
        message: `An attempt of ${name} is given up after ${span(operation.attemptTimeout)}, but ${each.depended.name} works on it for up to ${span(deadline)}.`,
        fix: `${write(`attemptTimeout: ${span(deadline)}`, operation.path)}, or \`deadline: ${span(operation.attemptTimeout)}\` under serves.${operation.servedAs} of ${each.depended.name}.`,
        amount: deadline - operation.attemptTimeout,
      })
    }
  },
}
