/**
 * Cached without age: an answer may stand in however old it is.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'
import { list } from '../words.js'

export const cachedWithoutAge: Rule = {
  name: 'cached-without-age',
  severity: 'error',
  holds: 'A cached answer that stands in has an age beyond which it does not.',
  why: "Yesterday's price is not a price. Without a limit of age an outage of days goes on serving what was true before it, and nobody notices, because nothing fails.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: read
        exhausted: { cached: { key: [tenant, sku] } } # here
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
      if (exhausted?.kind !== 'cached' || exhausted.maxAge !== undefined) continue
      const key = exhausted.key ?? ['tenant']
      yield atOperation(each, ['exhausted', 'cached', 'maxAge'], {
        message: `When ${name} fails, a cached answer stands in, however old it is.`,
        fix: `${write(`exhausted: { cached: { maxAge: 30s, key: ${list(key)} } }`, operation.path)}.`,
      })
    }
  },
}
