/**
 * Retries above share: a caller may retry more than its dependency admits.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { writeRatio } from '../paste.js'
import { atDependency, repeated, write } from '../place.js'
import { percent } from '../words.js'

export const retriesAboveShare: Rule = {
  name: 'retries-above-share',
  severity: 'warning',
  holds: "A caller's budget is no larger than the share of retries that the dependency admits.",
  why: "Retries above the share are refused by the dependency's admission: they cost it work, bring nothing, and count as failures on the caller's side. The share is of all callers together; one that may take it alone leaves the others nothing.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    budget: { ratio: 0.2 } # here
    operations:
      reserve:
        effect: read
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    retries: { share: 10% }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    budget: { ratio: 0.1 }
    operations:
      reserve:
        effect: read
        exhausted: fail
`,
      `truce: 1
service: inventory
serves:
  reserve:
    effect: read
    retries: { share: 10% }
`,
    ],
  },
  worse: 'the ratio',
  *check(graph) {
    for (const each of repeated(graph)) {
      const { operation, depended, name, to } = each
      const share = to?.served.retriesShare
      if (share === undefined || depended.budget === 'none' || depended.budget.ratio <= share) continue
      const { ratio } = depended.budget
      yield atDependency(each, ['budget', 'ratio'], {
        message: `Retries of ${name} may be ${percent(ratio)} of originals, but ${depended.name} admits ${percent(share)} from all its callers.`,
        fix: `${share > 0 ? writeRatio(each, share) : write('attempts: 1', operation.path)}.`,
        amount: ratio,
      })
    }
  },
}
