import { describe, expect, it } from 'vitest'
import { parseDocument as parseYaml } from 'yaml'
import { contractsOf } from '../../test/given.js'
import { parseDocument } from '../document/parse.js'
import { check } from './check.js'
import type { Finding } from './finding.js'
import { RULES } from './rules.js'

/** What a fix says first: a member, and under what. */
const FIRST = /^Write `([^`]+)` under ([\w.-]*\w)/

/** Of one document; more where the finding is about both. */
const one = (fields: string, dependency = '', top = '') => `
truce: 1
service: order-api
${top}
depends: { inventory: { ${dependency} operations: { reserve: { ${fields} } } } }
`
const calls = (times: number) =>
  `serves: { place: { effect: read, rate: 100/s, calls: { inventory.reserve: ${times} } } }`
const inventory = (fields: string) => `{ truce: 1, service: inventory, serves: { reserve: { ${fields} } } }`

/** Borderline documents beside the rules' own examples. */
const AWKWARD: readonly (readonly string[])[] = [
  [one('effect: read, attempts: 9, attemptTimeout: 400ms, deadline: 1400ms, backoff: { jitter: none }')],
  [one('effect: read, attempts: 3, attemptTimeout: 4s, deadline: 1200ms, backoff: { initial: 700ms, jitter: equal }')],
  [one('effect: read, exhausted: cached')],
  [one('effect: read, exhausted: { cached: { key: ["a: b", c] } }')],
  [one('effect: write, idempotency: natural, fallback: f')],
  [one('effect: write, attempts: 3, idempotency: natural', 'broker: nats, deliveries: 2,')],
  [one('use: background, effect: write, deadline: none, idempotency: natural', 'broker: nats, deliveries: 2,')],
  [one('use: background, effect: write, deadline: 72h, attempts: 3', 'broker: nats,')],
  [one('effect: write, exhausted: fail', '', calls(2)), inventory('effect: write')],
  [
    one('effect: read', 'budget: { ratio: 0.4, scope: fleet },'),
    inventory('effect: read, retries: { share: 0.333333 }'),
  ],
  [one('effect: read', 'budget: { ratio: 0.4 },'), inventory('effect: read, retries: { share: 0 }')],
  [one('effect: read', 'budget: none,', calls(2)), inventory('effect: read, capacity: 599/s')],
  [one('effect: read', 'budget: { ratio: 1 },', calls(1)), inventory('effect: read, capacity: 150/s')],
  [one('effect: read', 'budget: { floor: 1/s },', 'instances: 40'), inventory('effect: read, rate: 6/m')],
  [`{ truce: 1, service: order-api, ${calls(1)} }`, inventory('effect: write')],
  [`{ truce: 1, service: order-api, ${calls(1)} }`, inventory('effect: write, idempotency: { ttl: 48h }')],
  [`{ truce: 1, service: order-api, ${calls(1)} }`, inventory('effect: read, retries: { share: 10% }')],
  [
    one('effect: write, idempotency: { window: 24h }'),
    inventory('effect: write, deadline: 350ms, idempotency: { ttl: 24h }'),
  ],
  [one('effect: write, use: background, attempts: 3, deadline: none, idempotency: { window: 24h }', 'broker: nats,')],
]

const EXAMPLES = [...RULES.map(({ breaks }) => breaks.documents), ...AWKWARD]

/** The documents with the member written where the fix says. */
function pasted(documents: readonly string[], finding: Finding, [yaml = '', path = '']: readonly string[]): string[] {
  return documents.map((document, at) => {
    if (finding.file !== `${at + 1}.yaml`) return document
    const tree = parseYaml(document)
    const member = parseYaml(`{ ${yaml} }`).toJS() as Record<string, unknown>
    for (const [name, value] of Object.entries(member)) tree.setIn([...path.split('.'), name], value)
    return tree.toString()
  })
}

const identity = ({ rule, operation, about }: Finding) => `${rule} ${operation} ${about}`

describe.each(EXAMPLES.map((documents, at) => ({ documents, name: RULES[at]?.name ?? documents[0] ?? '' })))(
  'what is told of $name',
  ({ documents }) => {
    const { findings } = check(contractsOf(...documents))

    it('can be written, and ends it', () => {
      for (const finding of findings) {
        expect(finding.message + finding.fix).not.toMatch(/undefined|NaN|Infinity|…|-\d+ms/)
        const [, ...words] = FIRST.exec(finding.fix) ?? []
        if (words.length === 0 || finding.fix.includes(`leave \`fallback`)) continue
        const after = pasted(documents, finding, words)
        for (const document of after)
          expect([finding.fix, parseDocument(document, 'x').problems]).toEqual([finding.fix, []])
        const left = check(contractsOf(...after)).findings.map(identity)
        expect([finding.fix, left]).not.toEqual([finding.fix, expect.arrayContaining([identity(finding)])])
      }
    })
  },
)
