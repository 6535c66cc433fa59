/**
 * Deadline exceeds caller: an operation's calls may take longer than it has.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { longest } from '../../graph/times.js'
import type { ServedNode } from '../../graph/graph.js'
import { atServed, write } from '../place.js'
import { atLeast, span } from '../words.js'

export const deadlineExceedsCaller: Rule = {
  name: 'deadline-exceeds-caller',
  severity: 'warning',
  holds: 'What an operation calls, one after the other, takes no longer than its own deadline.',
  why: 'Deadlines that do not nest are cut in the middle of the work: the last call of a sequence finds no time left, what the first ones did stays done, and the caller repeats all of it. Counts are included; calls that are concurrent take as long as the longest of them; what goes to a queue takes no time.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order:
    effect: read
    deadline: 5s # here
    calls: { inventory.reserve: 2 }
depends:
  inventory:
    operations:
      reserve: { effect: read, attempts: 1, deadline: 3s }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order:
    effect: read
    deadline: 6s
    calls: { inventory.reserve: 2 }
depends:
  inventory:
    operations:
      reserve: { effect: read, attempts: 1, deadline: 3s }
`,
    ],
  },
  worse: 'ms beyond the deadline',
  *check({ order }) {
    for (const node of order) {
      const { deadline } = node.served
      const time = timeOf(node)
      if (time <= deadline) continue
      const calls = node.edges.filter(({ counts }) => !counts.queue)
      const said = calls.map(({ name, times }) => (times > 1 ? `${times} × ${name}` : name)).join(', ')
      yield atServed(node, ['deadline'], {
        message: `${node.served.name} stops after ${span(deadline)}, but what it calls (${said}) may take ${Number.isFinite(time) ? span(Math.ceil(time)) : 'for ever'}.`,
        fix: Number.isFinite(time)
          ? `${write(`deadline: ${atLeast(time)}`, node.served.path)}, or give what it calls shorter deadlines.`
          : 'Give each of its calls a `deadline`.',
        amount: time - deadline,
      })
    }
  },
}

/** The longest that all calls of one operation can take, ms. */
function timeOf({ edges }: ServedNode): number {
  let sequence = 0
  let together = 0
  for (const { operation, counts, call, times } of edges) {
    if (counts.queue) continue
    const each = longest(operation, counts.own)
    if (call?.concurrent) together = Math.max(together, each)
    else sequence += each * times
  }
  return sequence + together
}
