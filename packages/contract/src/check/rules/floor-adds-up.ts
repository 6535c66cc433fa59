/**
 * Floor adds up: what each instance may always send is more than all of the traffic.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atDependency, repeated, write } from '../place.js'
import { percent, rate } from '../words.js'

export const floorAddsUp: Rule = {
  name: 'floor-adds-up',
  severity: 'warning',
  holds: 'The floors of all instances together are less than what the dependency expects of traffic.',
  why: "A floor looks small because it is one instance's: 300 instances with a floor of 10/s may send 3,000 retries a second to a dependency that gets 200 calls. In an outage that floor is all there is, and nothing bounds it.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
instances: 40
depends:
  inventory:
    budget: { floor: 10/s } # here
    operations:
      reserve: { effect: read, exhausted: fail }
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: read, rate: 200/s }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
instances: 40
depends:
  inventory:
    budget: { floor: 10/s, scope: fleet }
    operations:
      reserve: { effect: read, exhausted: fail }
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: read, rate: 200/s }
`,
    ],
  },
  worse: 'retries a second',
  *check(graph) {
    for (const each of repeated(graph)) {
      const { contract, depended, name, to } = each
      const { budget } = depended
      const expected = to?.served.rate
      if (budget === 'none' || budget.scope !== 'process' || budget.floor === undefined || expected === undefined)
        continue
      const all = budget.floor * contract.instances
      if (all <= expected) continue
      const share = Math.floor((expected * 10) / contract.instances) / 100
      yield atDependency(each, ['budget', 'floor'], {
        message: `A floor of ${rate(budget.floor)} on ${contract.instances} instances is ${rate(all)} of retries, ${percent(all / expected)} of the ${rate(expected)} that ${name} expects in all.`,
        fix: `${write('scope: fleet', [...depended.path, 'budget'])}, so that all instances share the floor, or ${share > 0 ? `\`floor: ${rate(share)}\`` : 'leave `floor` out'}.`,
        amount: all,
      })
    }
  },
}
