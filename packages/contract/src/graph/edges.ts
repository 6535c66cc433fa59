/**
 * Edges: who calls what, as the documents say it, by name or not.
 *
 * @module
 */
import { TRANSIENT } from 'truce/policy'
import type { Call, Contract, Depended, Operation } from '../document/model.js'
import { countsOf } from './counts.js'
import type { Called, Edge, ServedNode, Undeclared } from './graph.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A node while the graph is made. */
export interface DraftNode extends Omit<Mutable<ServedNode>, 'edges' | 'callers'> {
  edges: DraftEdge[]
  callers: DraftEdge[]
}

/** An edge while the graph is made. */
export interface DraftEdge extends Omit<Mutable<Edge>, 'from' | 'to'> {
  from: DraftNode | undefined
  to: DraftNode | undefined
}

/** What is known while the graph is made. */
export interface Draft {
  readonly nodes: Map<string, DraftNode>
  readonly edges: DraftEdge[]
  readonly undeclared: Undeclared[]
  /** Served operations that somebody calls, by name; or depends on, where its document names no call at all. */
  readonly spoken: Set<string>
  /** Edges that no `calls` names, by document. */
  readonly own: Map<Contract, DraftEdge[]>
  /** Calls of dependencies that their document does not name, by document and name. */
  readonly implied: Map<Contract, Map<string, Called>>
}

/** `SERVICE.OPERATION` as the other side names it: two operations here may be one there. */
export const servedName = ({ name }: Depended, { servedAs }: Operation): string => `${name}.${servedAs}`

/** Draws all edges into the draft. */
export function edgesOf(contracts: readonly Contract[], called: readonly Called[], draft: Draft): void {
  const byContract = new Map<Contract, Called[]>()
  for (const one of called) {
    const known = byContract.get(one.contract)
    if (known) known.push(one)
    else byContract.set(one.contract, [one])
  }
  for (const contract of contracts) edgesFrom(contract, byContract.get(contract) ?? [], draft)
}

function edgesFrom(contract: Contract, called: readonly Called[], draft: Draft): void {
  const byName = new Map(called.map((one) => [one.name, one]))
  const named = new Set<string>()
  let silent = true
  for (const served of contract.serves.values()) {
    const node = draft.nodes.get(`${contract.service}.${served.name}`)
    if (!node) continue
    for (const call of served.calls) {
      silent = false
      named.add(call.target)
      const one = byName.get(call.target) ?? implied(node, call, draft)
      draft.spoken.add(one ? servedName(one.depended, one.operation) : call.target)
      if (one) node.edges.push(draw(one, node, call, draft))
      if (!byName.has(call.target)) draft.undeclared.push({ node, call })
    }
  }
  const own = called.filter(({ name }) => !named.has(name))
  if (silent) for (const { depended, operation } of own) draft.spoken.add(servedName(depended, operation))
  draft.own.set(
    contract,
    own.map((one) => draw(one, undefined, undefined, draft)),
  )
}

function draw(called: Called, from: DraftNode | undefined, call: Call | undefined, draft: Draft): DraftEdge {
  const edge: DraftEdge = {
    ...called,
    to: draft.nodes.get(servedName(called.depended, called.operation)),
    index: draft.edges.length,
    from,
    call,
    times: call?.times ?? 1,
    closes: false,
    deaf: 0,
  }
  draft.edges.push(edge)
  return edge
}

/** A call of a dependency that the document does not name: what the one-line `retry()` does. */
function implied(node: DraftNode, call: Call, draft: Draft): Called | undefined {
  const { contract } = node
  if (contract.depends.has(call.dependency)) return undefined
  const known = draft.implied.get(contract) ?? new Map<string, Called>()
  const one = known.get(call.target) ?? oneLine(node, call, draft)
  draft.implied.set(contract, known.set(call.target, one))
  return one
}

/** Its paths are where it would be written: what a fix names. */
function oneLine({ contract, served }: DraftNode, call: Call, { nodes }: Draft): Called {
  const to = nodes.get(call.target)
  const effect = to?.served.effect ?? 'read'
  const depended: Depended = { ...UNNAMED, name: call.dependency, path: ['depends', call.dependency] }
  const operation: Operation = {
    ...ONE_LINE,
    name: call.operation,
    path: [...depended.path, 'operations', call.operation],
    dependency: call.dependency,
    servedAs: call.operation,
    effect,
    risk: effect === 'write' ? 'high' : 'low',
  }
  const counts = countsOf(contract.service, depended, operation)
  const place = [...served.path, 'calls', call.target]
  return { name: call.target, contract, depended, operation, counts, to, callee: to?.contract, implied: place }
}

const UNNAMED: Omit<Depended, 'name' | 'path'> = {
  url: undefined,
  broker: undefined,
  deliveries: undefined,
  peer: false,
  agreed: undefined,
  budget: { ratio: 0.5, scope: 'process', floor: undefined, max: undefined, classes: undefined },
  governor: 'none',
  breaker: 'none',
  concurrency: 'none',
  partition: undefined,
  mode: 'enforce',
  layers: [],
  operations: new Map(),
}

const ONE_LINE: Omit<Operation, 'name' | 'path' | 'dependency' | 'servedAs' | 'effect' | 'risk'> = {
  use: 'baseline',
  attempts: 3,
  connectTimeout: undefined,
  attemptTimeout: Number.POSITIVE_INFINITY,
  adaptiveTimeout: undefined,
  deadline: 10_000,
  backoff: { initial: 100, factor: 2, max: 2_000, jitter: 'full' },
  retryOn: TRANSIENT,
  idempotency: undefined,
  owner: undefined,
  exhausted: undefined,
  fallback: undefined,
  hedge: undefined,
  degradeWhen: undefined,
  immediate: undefined,
  idle: undefined,
  mode: 'enforce',
}
