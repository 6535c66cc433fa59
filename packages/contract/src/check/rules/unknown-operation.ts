/**
 * Unknown operation: something is called that nobody serves.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import type { Contract } from '../../document/model.js'
import { nearest } from '../../document/nearest.js'
import type { Called } from '../../graph/graph.js'
import { entryOf } from '../paste.js'
import { atOperation, atServed, write } from '../place.js'

export const unknownOperation: Rule = {
  name: 'unknown-operation',
  severity: 'error',
  holds: 'What a document calls or depends on is served, where the document of that service is given.',
  why: 'A name that was mistyped, or that the other side has renamed, is checked against nothing: no window, no timeout and no attempt of it counts, and the check says that all is well.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserv: # here
        effect: read
        attempts: 1
`,
      `truce: 1
service: inventory
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
    operations:
      reserve:
        effect: read
        attempts: 1
`,
      `truce: 1
service: inventory
serves:
  reserve: { effect: read }
`,
    ],
  },
  *check({ called, undeclared, documents }) {
    for (const each of called) {
      if (!each.callee || each.to) continue
      const { servedAs, name } = each.operation
      yield atOperation(each, servedAs === name ? [] : ['servedAs'], {
        message: `${each.contract.service} depends on ${each.depended.name}.${servedAs}, which ${each.callee.file} does not serve.`,
        fix: `${rename(each, each.callee)}, or serve \`${servedAs}\` there.`,
      })
    }
    for (const { node, call } of undeclared) {
      const callee = documents.get(call.dependency)
      const missing = callee && !callee.serves.has(call.operation)
      const depended = node.contract.depends.get(call.dependency)
      if (!missing && !depended) continue
      yield atServed(node, ['calls', call.target], {
        message: missing
          ? `${node.served.name} calls ${call.target}, which ${callee.file} does not serve.`
          : `${node.served.name} calls ${call.target}, which is not among the operations of depends.${call.dependency}.`,
        fix: missing
          ? `Write ${meant(call.operation, callee)}, or serve \`${call.operation}\` there.`
          : `${write(entryOf(call, callee), ['depends', call.dependency, 'operations'])}, or call one of those (${[...(depended?.operations.keys() ?? [])].join(', ')}).`,
        about: call.target,
      })
    }
  },
}

/** A name here may stand for another there: two ways to call one operation. */
function rename({ operation, contract }: Called, callee: Contract): string {
  const { name, servedAs, path } = operation
  if (callee.serves.size === 0) return `Leave it out: ${callee.service} serves nothing`
  const near = likely(servedAs, callee)
  const value = near ?? 'NAME'
  const which = near === undefined ? `, with one of what it serves (${served(callee)})` : ''
  if (contract.written([...path, 'servedAs'])) return `${write(`servedAs: ${value}`, path)}${which}`
  const rest = `\`servedAs: ${value}\` under ${path.join('.')}${which}`
  return near === undefined ? `Write ${rest}` : `Write \`${near}\` instead of \`${name}\`, or ${rest}`
}

function meant(name: string, callee: Contract): string {
  const near = likely(name, callee)
  return near === undefined ? `one of what it serves (${served(callee)})` : `\`${callee.service}.${near}\``
}

/** The name that was mistyped, or that this one is a variant of: `reserve` of `reserve-later`. */
function likely(name: string, { serves }: Contract): string | undefined {
  const stem = [...serves.keys()].filter((each) => name.startsWith(`${each}-`)).toSorted((a, b) => b.length - a.length)
  return nearest(name, serves.keys()) ?? stem[0]
}

function served({ serves }: Contract): string {
  return serves.size > 0 ? [...serves.keys()].slice(0, 5).join(', ') : 'nothing'
}
