/**
 * Deadline above SLO: an operation may work longer than it promises to take.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atServed, write } from '../place.js'
import { span } from '../words.js'

export const deadlineAboveSlo: Rule = {
  name: 'deadline-above-slo',
  severity: 'warning',
  holds: 'A served operation stops working no later than its slo.p99.',
  why: 'Work that goes on after the promise is broken serves nobody who counts on the promise: its callers have left, or should have, and it takes the place of work that could still be in time.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order:
    effect: write
    deadline: 5s # here
    slo: { p99: 3500ms }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order:
    effect: write
    deadline: 3s
    slo: { p99: 3500ms }
`,
    ],
  },
  worse: 'ms beyond the promise',
  *check({ served }) {
    for (const node of served.values()) {
      const { deadline, slo, name, path } = node.served
      if (slo.p99 === undefined || !Number.isFinite(deadline) || deadline <= slo.p99) continue
      yield atServed(node, ['deadline'], {
        message: `${name} works on a call for up to ${span(deadline)}, but promises 99 of 100 answers within ${span(slo.p99)}.`,
        fix: `${write(`deadline: ${span(slo.p99)}`, path)}.`,
        amount: deadline - slo.p99,
      })
    }
  },
}
