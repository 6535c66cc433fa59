import { describe, expect, it } from 'vitest'
import { checked } from '../../../test/given.js'
import { inventory, one } from '../../../test/one-call.js'

describe('agreed-outdated', () => {
  const caller = one('effect: read, attempts: 1', 'agreed: 3,')
  const version = (n: number) => inventory('effect: read').replace('service', `version: ${n}, service`)
  const compare = () => ['reserve is gone', 'more']

  it('warns where nobody compares, or nothing breaks', () => {
    expect(checked([caller, version(4)]).ok).toBe(true)
    expect(checked([caller, version(4), version(3)], { compare: () => [] }).ok).toBe(true)
    expect(checked([caller, version(4), version(2)], { compare }).ok).toBe(true)
  })

  it('is an error where the agreed document is given too, and the new one breaks it', () => {
    const { findings } = checked([caller, version(4), version(3)], { compare })
    expect(findings).toMatchObject([
      {
        rule: 'agreed-outdated',
        severity: 'error',
        message:
          'order-api agreed to version 3 of inventory, which is at version 4 now, and that breaks: reserve is gone, and 1 more.',
      },
    ])
  })

  it('is content with the newest, and with one that is not given', () => {
    expect(checked([caller, version(3)]).findings).toEqual([])
    expect(checked([caller]).findings).toEqual([])
  })
})

describe('mismatch', () => {
  it.each([
    [`effect: write, attempts: 1`, 'effect: write, idempotency: { key: required, ttl: 1m }', 'key'],
    [
      'effect: write, attempts: 1, idempotency: natural',
      'effect: write, idempotency: { key: required, ttl: 1m }',
      'key',
    ],
    ['effect: write, attempts: 1', 'effect: write, idempotency: { key: optional, ttl: 1m }', undefined],
    ['effect: write, attempts: 1', 'effect: read', 'effect'],
  ])('of %s with %s: %s', (fields, served, about) => {
    const own = checked([one(fields), inventory(served)]).findings.filter(({ rule }) => rule === 'mismatch')
    expect(own.map((each) => each.about)).toEqual(about === undefined ? [] : [about])
  })
})

describe('unknown-operation', () => {
  const depends = (operation: string, ...serves: string[]) => {
    const served = serves.map((name) => `${name}: { effect: read }`).join(', ')
    const document = `{ truce: 1, service: a, depends: { inventory: { operations: { ${operation} } } } }`
    return checked([document, `{ truce: 1, service: inventory, serves: { ${served} } }`]).findings.map(({ fix }) => fix)
  }
  const path = 'depends.inventory.operations'

  it.each([
    [
      'a name that was mistyped',
      depends('reserv: { effect: read, attempts: 1 }', 'look', 'reserve'),
      `Write \`reserve\` instead of \`reserv\`, or \`servedAs: reserve\` under ${path}.reserv, or serve \`reserv\` there.`,
    ],
    [
      'a variant of what is served',
      depends('reserve-later: { effect: read, attempts: 1 }', 'look', 'reserve'),
      `Write \`reserve\` instead of \`reserve-later\`, or \`servedAs: reserve\` under ${path}.reserve-later, or serve \`reserve-later\` there.`,
    ],
    [
      'a name like no other',
      depends('quantity: { effect: read, attempts: 1 }', 'look', 'reserve'),
      `Write \`servedAs: NAME\` under ${path}.quantity, with one of what it serves (look, reserve), or serve \`quantity\` there.`,
    ],
    [
      'a servedAs that was mistyped',
      depends('later: { effect: read, attempts: 1, servedAs: resreve }', 'reserve'),
      `Write \`servedAs: reserve\` under ${path}.later, or serve \`resreve\` there.`,
    ],
    [
      'a service that serves nothing',
      depends('look: { effect: read, attempts: 1 }'),
      'Leave it out: inventory serves nothing, or serve `look` there.',
    ],
  ])('tells what was meant: %s', (_, fixes, expected) => {
    expect(fixes).toEqual([expected])
  })

  it('tells the same of a call', () => {
    const document = '{ truce: 1, service: a, serves: { x: { effect: read, calls: { inventory.reserv: 1 } } } }'
    const { findings } = checked([document, inventory('effect: read')])
    expect(findings.find(({ rule }) => rule === 'unknown-operation')?.fix).toBe(
      'Write `inventory.reserve`, or serve `reserv` there.',
    )
  })

  it('finds a call that is not among what its own document depends on', () => {
    const document = `
truce: 1
service: order-api
serves: { place: { effect: read, calls: { inventory.reserv: 1 } } }
depends: { inventory: { operations: { reserve: { effect: read, attempts: 1 } } } }
`
    expect(checked([document]).findings).toMatchObject([
      { rule: 'unknown-operation', operation: 'place', line: 4, about: 'inventory.reserv' },
    ])
  })
})
