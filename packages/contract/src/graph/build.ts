/**
 * Build: the graph of the given documents.
 *
 * Services are known by name: `depends: { inventory: … }` reaches the document with `service: inventory`, through a
 * queue as well. Made once for a check, in time linear in what the documents say.
 *
 * @module
 */
import type { Contract } from '../document/model.js'
import { countsOf } from './counts.js'
import { callersFirst } from './cycles.js'
import { type Draft, type DraftNode, edgesOf, servedName } from './edges.js'
import type { Called, Compare, Graph, ScannedLayer, Start } from './graph.js'
import { isBackground } from './urgency.js'

export interface GraphOptions {
  readonly scanned?: readonly ScannedLayer[] | undefined
  readonly compare?: Compare | undefined
}

/** The graph of these documents. */
export function buildGraph(given: readonly Contract[], options: GraphOptions = {}): Graph {
  const { contracts, older } = byAge(given)
  const documents = new Map(contracts.map((contract) => [contract.service, contract]))
  const draft: Draft = {
    nodes: new Map(),
    edges: [],
    undeclared: [],
    spoken: new Set(),
    own: new Map(),
    implied: new Map(),
  }
  for (const contract of contracts) {
    for (const served of contract.serves.values()) {
      const name = `${contract.service}.${served.name}`
      draft.nodes.set(name, { name, rank: 0, contract, served, edges: [], callers: [] })
    }
  }
  const called = contracts.flatMap((contract) => calledBy(contract, documents, draft.nodes))
  edgesOf(contracts, called, draft)
  const order = callersFirst([...draft.nodes.values()], startsFirst(draft))
  connect(draft)
  return {
    contracts,
    documents,
    older,
    served: draft.nodes,
    called: [...called, ...[...draft.implied.values()].flatMap((ofOne) => [...ofOne.values()])],
    edges: draft.edges,
    order,
    starts: startsOf(contracts, draft),
    undeclared: draft.undeclared,
    scanned: options.scanned ?? [],
    compare: options.compare,
  }
}

/** Of each service the newest document, in the order given; the others are there to be compared with. */
function byAge(given: readonly Contract[]): { contracts: Contract[]; older: Contract[] } {
  const newest = new Map<string, Contract>()
  for (const contract of given) {
    const known = newest.get(contract.service)
    if (!known || contract.version > known.version) newest.set(contract.service, contract)
  }
  const contracts = [...newest.values()]
  const current = new Set(contracts)
  return { contracts, older: given.filter((contract) => !current.has(contract)) }
}

function calledBy(
  contract: Contract,
  documents: ReadonlyMap<string, Contract>,
  nodes: ReadonlyMap<string, DraftNode>,
): Called[] {
  return [...contract.depends.values()].flatMap((depended) =>
    [...depended.operations.values()].map((operation) => {
      const name = `${depended.name}.${operation.name}`
      const counts = countsOf(contract.service, depended, operation)
      return {
        name,
        contract,
        depended,
        operation,
        counts,
        to: nodes.get(servedName(depended, operation)),
        callee: documents.get(depended.name),
        implied: undefined,
      }
    }),
  )
}

/** Nodes in the order in which cycles are looked for: from user actions, then whatever they do not reach. */
function startsFirst({ nodes, spoken }: Draft): DraftNode[] {
  const all = [...nodes.values()]
  return [...all.filter(({ name }) => !spoken.has(name)), ...all.filter(({ name }) => spoken.has(name))]
}

/** Tells each node who calls it, and each edge who of these hears it. */
function connect({ nodes, edges }: Draft): void {
  for (const edge of edges) if (edge.to && !edge.closes) edge.to.callers.push(edge)
  for (const node of nodes.values()) node.callers.sort((one, other) => one.counts.hears - other.counts.hears)
  for (const edge of edges) {
    const callers = edge.from?.callers ?? []
    const { says } = edge.counts
    edge.deaf = says === undefined ? callers.length : firstThatHears(callers, says)
  }
}

function firstThatHears(callers: readonly { readonly counts: { readonly hears: number } }[], says: number): number {
  let [low, high] = [0, callers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((callers[middle]?.counts.hears ?? 0) >= says) high = middle
    else low = middle + 1
  }
  return low
}

function startsOf(contracts: readonly Contract[], { nodes, spoken, own }: Draft): Start[] {
  const actions: Start[] = [...nodes.values()]
    .filter(({ name }) => !spoken.has(name))
    .map((action) => ({ name: action.name, contract: action.contract, action, edges: action.edges, limited: true }))
  const services = contracts.flatMap((contract) => {
    const edges = own.get(contract) ?? []
    const start = { name: contract.service, contract, action: undefined }
    return [
      { ...start, edges: edges.filter((edge) => !isBackground(edge)), limited: true },
      { ...start, edges: edges.filter(isBackground), limited: false },
    ]
  })
  return [...actions, ...services].filter(({ edges }) => edges.length > 0)
}
