/**
 * Fallback on write: something stands in for an effect that did not happen.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { atOperation, write } from '../place.js'

export const fallbackOnWrite: Rule = {
  name: 'fallback-on-write',
  severity: 'error',
  holds: 'Nothing stands in for the answer of a write.',
  why: 'An old answer to a read is an old answer; to a write it is a lie: the caller goes on as if the money had been taken. And an attempt whose outcome is unknown may have taken it. With `risk: low` it is a warning.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: write
        attempts: 1
        fallback: from-stock # here
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
        effect: write
        attempts: 1
        exhausted: pending
`,
    ],
  },
  *check({ called }) {
    for (const each of called) {
      const { operation, name } = each
      const { exhausted, fallback, effect, risk } = operation
      const stands = exhausted?.kind === 'cached' ? 'a cached answer' : standsIn(exhausted?.kind, fallback)
      if (effect !== 'write' || !stands) continue
      yield atOperation(each, [fallback === undefined || exhausted?.kind === 'cached' ? 'exhausted' : 'fallback'], {
        message: `When ${name} fails, ${stands} stands in for a write whose effect is missing, or unknown.`,
        fix: `${write('exhausted: pending', operation.path)} (accepted, not confirmed), or \`exhausted: fail\`${fallback === undefined ? '' : `, and leave \`fallback: ${fallback}\` out`}.`,
        ...(risk === 'low' && { severity: 'warning' }),
      })
    }
  },
}

function standsIn(kind: string | undefined, fallback: string | undefined): string | undefined {
  return kind === 'fallback' || fallback !== undefined ? 'a fallback' : undefined
}
