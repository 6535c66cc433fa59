/**
 * No headroom: once down, a dependency cannot come back.
 *
 * @module
 */
import { type Arrivals, arrivals } from '../../amplification/headroom.js'
import type { ServedNode } from '../../graph/graph.js'
import type { Complaint, Rule } from '../finding.js'
import { entryOf, writeRatio } from '../paste.js'
import { atDependency, write } from '../place.js'
import { rate } from '../words.js'

export const noHeadroom: Rule = {
  name: 'no-headroom',
  severity: 'warning',
  holds: 'What all callers may send an operation while it is down fits its capacity.',
  why: 'A dependency that is back up gets originals and retries at once. If these are more than it can serve, it is down again in the same second, and stays down when the cause is long gone: more than half of the outages of this kind that have been studied were kept alive by retries. It is an error where a caller has `budget: none` or `governor: none`: nothing would ever bring its traffic down.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: read, rate: 200/s, calls: { inventory.reserve: 2 } }
depends:
  inventory:
    budget: { ratio: 0.5 } # here
    operations:
      reserve: { effect: read, attempts: 2, exhausted: fail }
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: read, capacity: 500/s }
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: read, rate: 200/s, calls: { inventory.reserve: 2 } }
depends:
  inventory:
    budget: { ratio: 0.2 }
    operations:
      reserve: { effect: read, attempts: 2, exhausted: fail }
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: read, capacity: 500/s }
`,
    ],
  },
  worse: 'attempts a second',
  *check(graph) {
    for (const [node, callers] of arrivals(graph)) {
      const complaint = withoutRoom(node, callers)
      if (complaint) yield complaint
    }
  },
}

function withoutRoom(node: ServedNode, callers: readonly Arrivals[]): Complaint | undefined {
  const { capacity } = node.served
  const attempts = callers.reduce((sum, each) => sum + each.attempts, 0)
  if (capacity === undefined || attempts <= capacity) return undefined
  const originals = callers.reduce((sum, each) => sum + each.originals, 0)
  const careless = callers.filter(({ edge }) => edge.depended.budget === 'none' || edge.depended.governor === 'none')
  const most = greatest(careless.length > 0 ? careless : callers)
  if (!most) return undefined
  const said = callers.map(({ edge, attempts: sent }) => `${edge.from?.name ?? edge.contract.service} ${rate(sent)}`)
  return atDependency(most.edge, [most.edge.depended.governor === 'none' ? 'governor' : 'budget', 'ratio'], {
    message: `While ${node.name} is down its callers may send it ${rate(attempts)} (${said.join(', ')}), and it can serve ${rate(capacity)}: once down it cannot come back.`,
    fix: fixOf(node, most, { capacity, originals, careless: careless.length > 0 }),
    ...(careless.length > 0 && { severity: 'error' }),
    amount: attempts,
  })
}

function greatest(callers: readonly Arrivals[]): Arrivals | undefined {
  return callers.toSorted((one, other) => other.attempts - one.attempts)[0]
}

interface Room {
  readonly capacity: number
  readonly originals: number
  readonly careless: boolean
}

function fixOf(node: ServedNode, { edge }: Arrivals, { capacity, originals, careless }: Room): string {
  const { path, governor, budget, name } = edge.depended
  if (careless && edge.call && !edge.contract.depends.has(name))
    return `${write(`${name}: { operations: { ${entryOf(edge.call, node.contract)} } }`, ['depends'])}: a guard sheds what ${name} has no room for.`
  if (careless && governor === 'none')
    return `Leave \`governor: none\`${budget === 'none' ? ' and `budget: none`' : ''} out under ${path.join('.')}.`
  const ratio = Math.min(1, Math.floor((capacity / originals - 1) * 100) / 100)
  if (ratio > 0) return `${writeRatio(edge, ratio)}, for each of its callers.`
  return `Its originals alone are ${rate(originals)}: raise \`capacity\` under serves.${node.served.name} of ${node.contract.service} and what stands behind it.`
}
