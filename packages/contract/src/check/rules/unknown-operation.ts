/**
 * Unknown operation: something is called that nobody serves.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import type { Contract } from '../../document/model.js'
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
  *check({ called, undeclared, contracts }) {
    for (const each of called) {
      if (!each.callee || each.to) continue
      const { servedAs, name } = each.operation
      yield atOperation(each, servedAs === name ? [] : ['servedAs'], {
        message: `${each.contract.service} depends on ${each.depended.name}.${servedAs}, which ${each.callee.file} does not serve.`,
        fix: `Write one of what it serves (${served(each.callee)}), or serve \`${servedAs}\` there.`,
      })
    }
    for (const { node, call } of undeclared) {
      const callee = contracts.find(({ service }) => service === call.dependency)
      const missing = callee && !callee.serves.has(call.operation)
      const depended = node.contract.depends.get(call.dependency)
      if (!missing && !depended) continue
      yield atServed(node, ['calls', call.target], {
        message: missing
          ? `${node.served.name} calls ${call.target}, which ${callee.file} does not serve.`
          : `${node.served.name} calls ${call.target}, which is not among the operations of depends.${call.dependency}.`,
        fix: missing
          ? `Write one of what it serves (${served(callee)}), or serve \`${call.operation}\` there.`
          : `${write(entryOf(call, callee), ['depends', call.dependency, 'operations'])}, or call one of those (${[...(depended?.operations.keys() ?? [])].join(', ')}).`,
        about: call.target,
      })
    }
  },
}

function served({ serves }: Contract): string {
  return serves.size > 0 ? [...serves.keys()].slice(0, 5).join(', ') : 'nothing'
}
