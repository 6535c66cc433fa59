/**
 * No breaker: callers queue up behind what is dead.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { entryOf } from '../paste.js'
import { atDependency, atServed, write } from '../place.js'

export const noBreaker: Rule = {
  name: 'no-breaker',
  severity: 'warning',
  holds: 'A dependency has a breaker, and every call is of a dependency that the document names.',
  why: 'Without a breaker each call of a dead dependency takes its whole deadline: callers pile up, their memory and connections with them, and the outage climbs. A dependency that is called but not named under `depends` has none: what it gets is the one-line `retry()`, with neither governor nor breaker.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    breaker: none # here
    operations:
      reserve:
        effect: read
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
        exhausted: fail
`,
    ],
  },
  *check({ called, undeclared, documents }) {
    for (const each of called) {
      if (each.depended.breaker !== 'none' || each.implied) continue
      yield atDependency(each, ['breaker'], {
        message: `Calls of ${each.name} have no breaker: when ${each.depended.name} is dead, each takes its whole deadline to find out.`,
        fix: `Leave \`breaker: none\` out under ${each.depended.path.join('.')}: the default only acts where a dependency is dead.`,
      })
    }
    for (const { node, call } of undeclared) {
      if (node.contract.depends.has(call.dependency)) continue
      yield atServed(node, ['calls', call.target], {
        message: `${node.served.name} calls ${call.target}, but ${call.dependency} is not named under depends: it has no breaker.`,
        fix: `${write(`${call.dependency}: { operations: { ${entryOf(call, documents.get(call.dependency))} } }`, ['depends'])}.`,
        about: call.target,
      })
    }
  },
}
