/**
 * Cached without key: one caller may get another's answer.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'

export const cachedWithoutKey: Rule = {
  name: 'cached-without-key',
  severity: 'error',
  holds: 'A cached answer that stands in says what it depends on.',
  why: "A cache that does not know what an answer depends on gives one tenant's stock to another: an outage of availability becomes a leak of data.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read
        exhausted: { cached: { maxAge: 30s } } # here
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
        exhausted: { cached: { maxAge: 30s, key: [tenant, sku] } }
`,
    ],
  },
  *check({ called }) {
    for (const each of called) {
      const { operation, name } = each
      const { exhausted } = operation
      if (exhausted?.kind !== 'cached' || (exhausted.key?.length ?? 0) > 0) continue
      const path = [...operation.path, 'exhausted']
      yield atOperation(each, ['exhausted', 'cached', 'key'], {
        message: `When ${name} fails, a cached answer stands in, and nothing says what that answer depends on.`,
        fix: `${each.contract.written([...path, 'cached']) ? write('key: [tenant]', [...path, 'cached']) : write('exhausted: { cached: { maxAge: 30s, key: [tenant] } }', operation.path)}, with the names of all that the answer depends on.`,
      })
    }
  },
}
