/**
 * Window below retries: a key is given up while its repeats still go out.
 *
 * @module
 */
import type { Rule } from '../finding.js'
import { repeatsFor } from '../../windows/windows.js'
import { atOperation, write } from '../place.js'
import { atLeast, span } from '../words.js'

export const windowBelowRetries: Rule = {
  name: 'window-below-retries',
  severity: 'error',
  holds: 'A declared window is at least as long as the repeats of a call can take.',
  why: "The window is what a server's memory is measured by. If a caller still repeats a key after it, the promise that the server was built on is broken by the caller itself: the late repeat finds nothing and takes effect again.",
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve:
        effect: write
        use: background
        deadline: 6h
        idempotency: { key: 'order_{order}', window: 1h } # here
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
        use: background
        deadline: 6h
        idempotency: { key: 'order_{order}', window: 6h }
`,
    ],
  },
  worse: 'ms that repeats outlast the window',
  *check({ called }) {
    for (const each of called) {
      const { operation, counts, name } = each
      const { idempotency } = operation
      if (idempotency?.kind !== 'key' || !Number.isFinite(idempotency.window)) continue
      if (counts.own * counts.foreign <= 1) continue
      const time = repeatsFor(each)
      if (idempotency.window >= time) continue
      const path = [...operation.path, 'idempotency']
      yield atOperation(each, ['idempotency', 'window'], {
        message: `${name} may be repeated for ${Number.isFinite(time) ? span(time) : 'ever'}, but its window ends after ${span(idempotency.window)}.`,
        fix: Number.isFinite(time)
          ? `${write(`window: ${atLeast(time)}`, path)}, or end its repeats earlier: \`deadline: ${span(idempotency.window)}\`.`
          : `${write(`deadline: ${span(idempotency.window)}`, operation.path)}.`,
        amount: time - idempotency.window,
      })
    }
  },
}
