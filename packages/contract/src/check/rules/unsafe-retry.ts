/**
 * Unsafe retry: a write is repeated, and nothing makes repeating it harmless.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { writeKey } from '../paste.js'
import { atOperation } from '../place.js'
import { counted } from '../words.js'

export const unsafeRetry: Rule = {
  name: 'unsafe-retry',
  severity: 'error',
  holds: 'A write that is attempted more than once has an idempotency key, or is harmless to repeat.',
  why: 'An answer that was lost looks like a failure: the first attempt took the money, the second takes it again. Only the dependency can tell the two apart, and only by a key. Without one Truce repeats nothing after an unknown outcome; a foreign layer below, such as a mesh, repeats it all the same. With `risk: low` (a duplicate is tolerable) it is a warning.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: write
        attempts: 3 # here
        exhausted: fail
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
        attempts: 3
        idempotency: { key: 'order_{order}', window: 24h }
        exhausted: fail
`,
    ],
  },
  worse: 'attempts',
  *check({ called }) {
    for (const each of called) {
      const { operation, counts, name } = each
      const attempts = counts.own * counts.foreign
      if (operation.effect !== 'write' || attempts <= 1 || operation.idempotency) continue
      const layers = counts.foreign > 1 ? ', foreign layers counted' : ''
      yield atOperation(each, counts.own > 1 ? ['attempts'] : ['idempotency'], {
        message: `${name} is a write that is attempted up to ${counted(attempts, 'time')}${layers}, and has no idempotency key: a lost answer makes it happen twice.`,
        fix: `${writeKey(each)}, or \`idempotency: natural\` if repeating it is harmless.`,
        ...(operation.risk === 'low' && { severity: 'warning' }),
        amount: attempts,
      })
    }
  },
}
