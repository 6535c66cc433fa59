/**
 * Place: where a complaint stands, and how to say it.
 *
 * @module
 */
import type { Path } from '../document/model.js'
import type { Called, Graph, ServedNode } from '../graph/graph.js'
import type { Complaint } from './finding.js'

type Words = Pick<Complaint, 'message' | 'fix' | 'severity' | 'about' | 'amount'>

/** At a member of an operation under `depends`. */
export function atOperation(called: Called, member: Path, words: Words): Complaint {
  const { contract, operation, name, implied } = called
  if (implied) return { contract, path: implied, operation: name, ...words, fix: named(called, words.fix) }
  return { contract, path: [...operation.path, ...member], operation: name, ...words }
}

/** At a member of a dependency, about one of its operations. */
export function atDependency(called: Called, member: Path, words: Words): Complaint {
  const { contract, depended, name, implied } = called
  if (implied) return { contract, path: implied, operation: name, ...words, fix: named(called, words.fix) }
  return { contract, path: [...depended.path, ...member], operation: name, ...words }
}

/** What a fix says first. */
const FIRST = /^Write `([^`]+)` under (\S*\w)/

/** Of a dependency that its document does not name: the whole entry, for there is nothing to write a member under. */
function named({ depended, operation }: Called, fix: string): string {
  return fix.replace(FIRST, (all, yaml: string, path: string) => {
    const effect = `effect: ${operation.effect}`
    const ofOperation = path === operation.path.join('.')
    if (!ofOperation && path !== depended.path.join('.')) return all
    const inside = `operations: { ${operation.name}: { ${ofOperation ? `${effect}, ${yaml}` : effect} } }`
    return write(`${depended.name}: { ${ofOperation ? inside : `${yaml}, ${inside}`} }`, ['depends'])
  })
}

/** At a member of a served operation. */
export function atServed({ contract, served }: ServedNode, member: Path, words: Words): Complaint {
  return { contract, path: [...served.path, ...member], operation: served.name, ...words }
}

/** ``Write `ttl: 72h` under serves.reserve.idempotency``: to be pasted, and where. */
export function write(yaml: string, path: Path): string {
  return `Write \`${yaml}\` under ${path.join('.')}`
}

/** Operations whose guard makes more than one attempt. */
export function repeated({ called }: Graph): readonly Called[] {
  return called.filter(({ counts }) => counts.own > 1)
}
