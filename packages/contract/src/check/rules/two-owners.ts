/**
 * Two owners: two layers repeat the same operation.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atDependency } from '../place.js'
import { number } from '../words.js'

export const twoOwners: Rule = {
  name: 'two-owners',
  severity: 'error',
  holds: 'One layer repeats an operation, foreign ones counted.',
  why: 'Layers that both repeat multiply: a client with 3 attempts over a mesh with 3 sends 9 for one call, and neither document says so. The lower one cannot tell the upper one that it has given up, for a foreign layer speaks no header of ours.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
limits: { amplification: 9 }
depends:
  inventory:
    layers: [{ name: istio, attempts: 3 }] # here
    operations:
      reserve: { effect: read, attempts: 3, exhausted: fail }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
limits: { amplification: 9 }
depends:
  inventory:
    layers: [{ name: istio, attempts: 3 }]
    operations:
      reserve: { effect: read, attempts: 3, exhausted: fail, owner: istio }
`,
    ],
  },
  worse: 'attempts',
  *check({ called }) {
    for (const each of called) {
      const { depended, counts, contract, name, operation } = each
      if (counts.repeaters.length < 2) continue
      const all = counts.own * counts.foreign
      const foreign = depended.layers.filter(({ attempts }) => attempts > 1)
      const guard = counts.repeaters.includes(contract.service) ? [`${counts.own} by ${contract.service}`] : []
      const said = [...guard, ...foreign.map((layer) => `${layer.attempts} by ${layer.name}`)].join(' × ')
      const names = foreign.map((layer) => layer.name)
      // With the guard none of the others may go on; without it one of them may.
      const off = guard.length > 0 ? names.join(' and ') : `all but one of ${names.join(', ')}`
      yield atDependency(each, ['layers'], {
        message: `${name} is repeated by ${counts.repeaters.length} layers: ${said} are ${number(all)} attempts of one call.`,
        fix:
          foreign.length === 1
            ? `Switch the retries of ${foreign[0]?.name} off and write \`attempts: 1\` for it under ${depended.path.join('.')}.layers, or leave them to it: \`owner: ${foreign[0]?.name}\` under ${operation.path.join('.')}.`
            : `Switch the retries of ${off} off, and write \`attempts: 1\` for these under ${depended.path.join('.')}.layers.`,
        amount: all,
      })
    }
  },
}
