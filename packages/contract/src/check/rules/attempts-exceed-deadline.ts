/**
 * Attempts exceed deadline: attempts are promised that there is no time for.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { fittingInFull, waits } from '../../graph/times.js'
import { atOperation, repeated, write } from '../place.js'
import { atLeast, atMost, counted, span } from '../words.js'

/** A shorter attempt is no attempt, ms. */
const SHORTEST = 10

export const attemptsExceedDeadline: Rule = {
  name: 'attempts-exceed-deadline',
  severity: 'warning',
  holds: 'All attempts at their full length, and the least waits between them, fit the deadline.',
  why: 'Where attempts time out, which is what they do in an outage, the deadline ends the call before the last of them: the number in the document says more than will happen, and whoever counts on the third attempt counts wrong.',
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
        attemptTimeout: 1s
        deadline: 2500ms # here
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
        attemptTimeout: 1s
        deadline: 3s
        exhausted: fail
`,
    ],
  },
  worse: 'attempts that do not fit',
  *check(graph) {
    for (const each of repeated(graph)) {
      const { operation, counts, name } = each
      const { attemptTimeout, deadline } = operation
      if (counts.unbounded || !Number.isFinite(attemptTimeout)) continue
      const time = counts.own * attemptTimeout + waits(operation, counts.own, 'least')
      if (time <= deadline) continue
      const fit = fittingInFull(operation, counts.own)
      const left = (deadline - waits(operation, counts.own, 'least')) / counts.own
      const ways = [
        write(`deadline: ${atLeast(time)}`, operation.path),
        ...(left >= SHORTEST ? [`\`attemptTimeout: ${atMost(left)}\``] : []),
        ...(fit > 0 ? [`\`attempts: ${fit}\``] : []),
      ]
      yield atOperation(each, ['deadline'], {
        message: `${name} promises ${counted(counts.own, 'attempt')} of up to ${span(attemptTimeout)}, which take ${span(Math.ceil(time))}, in a deadline of ${span(deadline)}: ${fit === 1 ? '1 fits' : `${fit} fit`}.`,
        fix: `${ways.join(', or ')}.`,
        amount: counts.own - fit,
      })
    }
  },
}
