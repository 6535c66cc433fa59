/**
 * No budget: nothing bounds retries but their count.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atDependency, repeated } from '../place.js'
import { number } from '../words.js'

export const noBudget: Rule = {
  name: 'no-budget',
  severity: 'error',
  holds: 'Retries have a budget.',
  why: 'A count bounds the retries of one call, not of all: three attempts are three times the traffic when everything fails, sent to a dependency that fails because it has too much. A budget bounds them to a share of what succeeds.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    budget: none # here
    operations:
      reserve:
        effect: read
        attempts: 3
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
    budget: { ratio: 0.2 }
    operations:
      reserve:
        effect: read
        attempts: 3
        exhausted: fail
`,
    ],
  },
  worse: 'attempts',
  *check(graph) {
    for (const each of repeated(graph)) {
      if (each.depended.budget !== 'none') continue
      yield atDependency(each, ['budget'], {
        message: `Retries of ${each.name} have no budget: when all fail, ${each.depended.name} gets ${number(each.counts.own)} times its traffic.`,
        fix: `Write \`budget: { ratio: 0.2 }\` under ${each.depended.path.join('.')}, or leave \`budget\` out: the default is a ratio of 0.5.`,
        amount: each.counts.own,
      })
    }
  },
}
