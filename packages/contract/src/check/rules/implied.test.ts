import { describe, expect, it } from 'vitest'
import { checked, contractsOf, found } from '../../../test/given.js'
import { checklist } from '../../checklist/index.js'

/** Calls what it does not name under `depends`: what it gets is the one-line `retry()`. */
const caller = (serves: string) => `truce: 1
service: shop
serves:
  order:
    ${serves}
    calls:
      pay.charge: 1
`
const pay = (serves: string) => `{ truce: 1, service: pay, serves: { charge: { ${serves} } } }`
const READ = 'effect: read'
const WRITE = 'effect: write'
const RETRIED = ['exhausted-undefined shop: pay.charge', 'no-breaker shop: order']

describe('a call of a dependency that its document does not name', () => {
  it.each([
    ['whose document is not given', caller(READ), undefined, RETRIED],
    ['that is a read', caller(READ), pay(READ), RETRIED],
    ['that is a write', caller(READ), pay(WRITE), [...RETRIED, 'unsafe-retry shop: pay.charge']],
    [
      'that requires a key',
      caller(READ),
      pay(`${WRITE}, idempotency: { key: required, ttl: 72h }`),
      [...RETRIED, 'mismatch shop: pay.charge', 'unsafe-retry shop: pay.charge'],
    ],
    [
      'by a write that takes a key',
      caller(`${WRITE}\n    idempotency: { key: required, ttl: 72h }`),
      pay(WRITE),
      [...RETRIED, 'key-not-forwarded shop: pay.charge', 'unsafe-retry shop: pay.charge'],
    ],
    [
      'that admits fewer retries',
      caller(READ),
      pay(`${READ}, retries: { share: 10% }`),
      [...RETRIED, 'retries-above-share shop: pay.charge'],
    ],
    [
      'that its callers may keep down, which no governor prevents',
      caller(`${READ}\n    rate: 10/s`),
      pay(`${READ}, capacity: 12/s`),
      [...RETRIED, 'no-headroom shop: pay.charge'],
    ],
    [
      'that takes longer than the action has',
      caller(`${READ}\n    deadline: 1s`),
      undefined,
      [...RETRIED, 'deadline-exceeds-caller shop: order'],
    ],
    [
      'that costs the action too much',
      `limits: { amplification: 2 }\n${caller(READ)}`,
      undefined,
      [...RETRIED, 'amplification shop: order'],
    ],
  ])('%s', (_, document, served, expected) => {
    const result = checked(served === undefined ? [document] : [document, served])
    expect(found(result).toSorted()).toEqual(expected.toSorted())
  })

  it('is told at the call, with what to write under depends', () => {
    const { findings } = checked([caller(READ), pay(WRITE)])
    expect(findings.find(({ rule }) => rule === 'unsafe-retry')).toMatchObject({
      severity: 'error',
      line: 7,
      column: 7,
      fix: expect.stringMatching(
        /^Write `pay: \{ operations: \{ charge: \{ effect: write, idempotency: .* \} \} \}` under depends, or /,
      ),
    })
    for (const { line } of findings) expect(line).toBe(7)
  })

  it('is told once of a document, whoever in it calls', () => {
    const twice = `${caller(READ)}  refund: { effect: read, calls: { pay.charge: 1 } }\n`
    const unsafe = checked([twice, pay(WRITE)]).findings.filter(({ rule }) => rule === 'unsafe-retry')
    expect(unsafe).toHaveLength(1)
  })

  it('is asked the six questions too', () => {
    const { operations } = checklist(contractsOf(caller(READ), pay(WRITE)))
    expect(operations).toMatchObject([
      { service: 'shop', operation: 'pay.charge', risk: 'high', urgency: 'interactive', line: 7 },
    ])
    const open = Object.entries(operations[0]?.answers ?? {}).flatMap(([question, { ok }]) => (ok ? [] : [question]))
    expect(open).toEqual(['safe', 'policy', 'exhausted'])
  })
})
