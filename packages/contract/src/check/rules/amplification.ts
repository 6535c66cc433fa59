/**
 * Amplification: one user action costs a dependency too much while that is down.
 *
 * @module
 */
import { type Costliest, type Layer, multipliers } from '../../amplification/costliest.js'
import { amplificationOf, type FromStart, type Total } from '../../amplification/rows.js'
import { hears } from '../../amplification/walk.js'
import type { Path } from '../../document/model.js'
import { ENDLESS } from '../../graph/times.js'
import type { Edge, Start } from '../../graph/graph.js'
import { type Ends, endsOf } from '../../graph/way.js'
import type { Complaint, Rule } from '../finding.js'
import { write } from '../place.js'
import { counted, number } from '../words.js'

export const amplification: Rule = {
  name: 'amplification',
  severity: 'error',
  holds:
    'While a dependency is down, one user action costs it no more attempts than `limits.amplification` allows (4 where nothing is said).',
  why: 'Attempts multiply: three layers with three each send 27 for one click, to a dependency that is down. Counted are the layers that do not hear that the one below has given up, the calls on the way and all paths from one action to one operation together. A layer hears a peer, or one whose deadline it waits for. Paths from services that do not say which of their operations calls what count as well; those that go to the background do not, for no action waits for them.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: read, calls: { inventory.reserve: 2 } }
depends:
  inventory:
    operations:
      reserve:
        effect: read
        attempts: 3 # here
        exhausted: fail
`,
    ],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
serves:
  place-order: { effect: read, calls: { inventory.reserve: 2 } }
depends:
  inventory:
    operations:
      reserve:
        effect: read
        attempts: 2
        exhausted: fail
`,
    ],
  },
  worse: 'attempts',
  *check(graph) {
    for (const found of amplificationOf(graph)) {
      if (!found.start.limited) continue
      const { amplification: limit } = found.start.contract.limits
      for (const total of found.totals) if (total.limited > limit) yield complaintOf(found, total)
    }
  },
}

function complaintOf({ start, way }: FromStart, total: Total): Complaint {
  const { contract, action, name } = start
  const limit = contract.limits.amplification
  const path = told(way(total.to))
  const whole = contract.written(['limits', 'amplification']) ? 'limits.amplification allows' : 'the default limit is'
  const ways = total.paths > 1 ? ` over ${number(total.paths)} paths, the costliest ${said(path)}` : `: ${said(path)}`
  return {
    contract,
    path: placeOf(start, path),
    operation: action?.served.name ?? total.to,
    message: `While ${total.to} is down, one ${action ? 'call' : 'action'} of ${name} costs it ${counted(total.limited, 'attempt')}${ways}; ${whole} ${number(limit)}.`,
    fix: fixOf(path, total.limited, limit, contract.file),
    about: total.to,
    amount: total.limited,
  }
}

/** Of the costliest path, what a finding says. */
interface Told {
  readonly calls: number
  readonly first: Edge | undefined
  /** Those that multiply. */
  readonly layers: Ends<Layer>
}

function told(found: Costliest | undefined): Told {
  const layers = found && multipliers(found)
  return {
    calls: found?.calls ?? 1,
    first: found?.way.first[0],
    layers: layers ? endsOf(layers) : { first: [], left: 0, last: [] },
  }
}

/** `2 calls × 3 by order-api × 3 by istio`. */
function said({ calls, layers: { first, left, last } }: Told): string {
  const between = left > 0 ? [`${left} more layers`] : []
  return [
    ...(calls > 1 ? [counted(calls, 'call')] : []),
    ...first.flatMap(factors),
    ...between,
    ...last.flatMap(factors),
  ].join(' × ')
}

function factors({ edge, attempts }: Layer): string[] {
  const own = attempts / edge.counts.foreign
  const foreign = edge.depended.layers.filter((layer) => layer.attempts > 1)
  return [
    ...(own > 1 ? [`${own} by ${edge.contract.service}`] : []),
    ...foreign.map((layer) => `${layer.attempts} by ${layer.name}`),
  ]
}

/** In the document where the path starts, the number that adds most to it. */
function placeOf({ action }: Start, { first, layers }: Told): Path {
  if (!first) return ['limits', 'amplification']
  const top = layers.first[0] ?? layers.last[0]
  const made = top?.edge === first ? top.attempts : 1
  const { foreign } = first.counts
  const own = made / foreign
  if (first.implied && action) return [...action.served.path, 'calls', first.name]
  if (own > 1 && own >= foreign && own >= first.times) return [...first.operation.path, 'attempts']
  if (made > 1 && foreign > 1 && foreign >= first.times) return [...first.depended.path, 'layers']
  if (action) return [...action.served.path, 'calls', first.name]
  return first.operation.path
}

function fixOf(path: Told, outage: number, limit: number, file: string): string {
  const where = (edge: Edge) => (edge.contract.file === file ? '' : ` in ${edge.contract.file}`)
  const layers = [...path.layers.first, ...path.layers.last]
  const deaf = layers.find(({ edge, below }) => {
    const could = below?.counts.says !== undefined && !below.counts.queue && edge.depended.layers.length === 0
    return could && !edge.counts.queue && !hears(edge, below)
  })
  if (deaf) {
    const { depended } = deaf.edge
    return `${write('peer: true', depended.path)}${where(deaf.edge)} if ${depended.name} speaks Truce's headers: ${deaf.edge.contract.service} then hears that it has given up, and adds nothing.`
  }
  const foreign = layers.find(({ edge }) => edge.counts.foreign > 1)?.edge
  if (foreign) {
    const names = foreign.depended.layers.filter(({ attempts }) => attempts > 1).map(({ name }) => name)
    return `Switch the retries of ${names.join(' and ')} off, and write \`attempts: 1\` for ${names.length > 1 ? 'them' : 'it'} under ${foreign.depended.path.join('.')}.layers${where(foreign)}.`
  }
  const most = layers.toSorted((one, other) => other.attempts - one.attempts)[0]
  const fit = most ? Math.floor((limit * most.attempts) / outage) : 0
  if (most && fit >= 1 && most.attempts > 1)
    return `${write(`attempts: ${fit}`, most.edge.operation.path)}${where(most.edge)}.`
  if (outage >= ENDLESS) return 'Make fewer calls on the way, or let fewer layers repeat.'
  return `Make fewer calls on the way, or accept it: \`limits: { amplification: ${number(outage)} }\`.`
}
