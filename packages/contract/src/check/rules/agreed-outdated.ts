/**
 * Agreed outdated: the dependency has made other promises since.
 *
 * @module
 */
import type { Contract, Depended } from '../../document/model.js'
import type { Graph } from '../../graph/graph.js'
import type { Complaint, Rule } from '../finding.js'

export const agreedOutdated: Rule = {
  name: 'agreed-outdated',
  severity: 'warning',
  holds: "A document was checked against the version of its dependency's document that is given.",
  why: 'A number that was right against version 3 says nothing about version 4. Where the agreed document is given beside the new one, they are compared: what breaks callers makes it an error, anything else stays a warning.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    agreed: 3 # here
    operations:
      reserve: { effect: read, attempts: 1 }
`,
      `truce: 1
service: inventory
version: 4
serves:
  reserve: { effect: read }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    agreed: 4
    operations:
      reserve: { effect: read, attempts: 1 }
`,
      `truce: 1
service: inventory
version: 4
serves:
  reserve: { effect: read }
`,
    ],
  },
  worse: 'versions',
  *check(graph) {
    for (const contract of graph.contracts) {
      for (const depended of contract.depends.values()) {
        const complaint = outdated(contract, depended, graph)
        if (complaint) yield complaint
      }
    }
  },
}

function outdated(contract: Contract, { name, agreed, path }: Depended, graph: Graph): Complaint | undefined {
  const now = graph.documents.get(name)
  if (!now || agreed === undefined || now.version <= agreed) return undefined
  const before = graph.older.find(({ service, version }) => service === name && version === agreed)
  const [breaking, ...more] = (before && graph.compare?.(before, now)) ?? []
  const others = more.length > 0 ? `, and ${more.length} more` : ''
  return {
    contract,
    path: [...path, 'agreed'],
    message: `${contract.service} agreed to version ${agreed} of ${name}, which is at version ${now.version} now${breaking === undefined ? '.' : `, and that breaks: ${breaking.replace(/[.]$/, '')}${others}.`}`,
    fix: `See what changed (\`truce diff\`), then write \`agreed: ${now.version}\` under ${path.join('.')}.`,
    ...(breaking !== undefined && { severity: 'error' }),
    about: name,
    amount: now.version,
  }
}
