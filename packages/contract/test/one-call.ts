/**
 * One call: documents of a caller and of what it depends on, for tests of the rules.
 *
 * @module
 */
import { checked } from './given.js'

/** One operation that `order-api` depends on. */
export const one = (fields: string, dependency = ''): string => `
truce: 1
service: order-api
depends: { inventory: { ${dependency} operations: { reserve: { ${fields} } } } }
`
/** What its dependency promises. */
export const inventory = (fields: string): string =>
  `{ truce: 1, service: inventory, serves: { reserve: { ${fields} } } }`

export const key = "idempotency: { key: 'o_{order}', window: 24h }"

/** Rules that are broken, each once. */
export const rules = (...documents: string[]): string[] => [
  ...new Set(checked(documents).findings.map(({ rule }) => rule)),
]
