import { describe, expect, it } from 'vitest'
import { checked } from '../../../test/given.js'
import { one, rules } from '../../../test/one-call.js'

describe('too-many-attempts', () => {
  const limits = (fields: string, dependency = '') =>
    rules(
      one(`effect: read, exhausted: dead-letter, attemptTimeout: 10ms, ${fields}`, dependency).replace(
        'depends',
        'limits: { amplification: 99 }\ndepends',
      ),
    )

  it.each([
    ['use: interactive, attempts: 5', '', []],
    ['use: interactive, attempts: 6', '', ['too-many-attempts']],
    ['use: baseline, attempts: 6', '', ['too-many-attempts']],
    ['use: background, attempts: 25', '', []],
    ['use: background, attempts: 26', '', ['too-many-attempts']],
    ['attempts: 25', 'broker: nats,', []],
    ['use: background', '', []],
  ])('of %s %s: %j', (fields, dependency, expected) => {
    expect(limits(fields, dependency)).toEqual(expected)
  })
})

describe('what counts only where there are retries', () => {
  it.each(['backoff: none', 'backoff: { jitter: none }'])('is %s', (fields) => {
    expect(rules(one(`effect: read, attempts: 1, ${fields}`))).toEqual([])
    expect(rules(one(`effect: read, owner: another, ${fields}`))).toEqual([])
  })

  it('is a budget', () => {
    expect(rules(one('effect: read, attempts: 1', 'budget: none,'))).toEqual([])
  })

  it('is not a breaker', () => {
    expect(rules(one('effect: read, attempts: 1', 'breaker: none,'))).toEqual(['no-breaker'])
  })
})

describe('too-many-attempts in the background', () => {
  it.each([
    ['background', []],
    ['interactive', ['too-many-attempts']],
  ])('of one that only an operation with urgency: %s calls: %j', (urgency, expected) => {
    const served = `limits: { amplification: 99 }\nserves: { run: { effect: read, urgency: ${urgency}, calls: { inventory.reserve: 1 } } }`
    const document = one('effect: read, exhausted: fail, attempts: 6, attemptTimeout: 1s')
    expect(rules(document.replace('depends', `${served}\ndepends`))).toEqual(expected)
  })
})

describe('two-owners', () => {
  const istio = 'layers: [{ name: istio, attempts: 3 }],'

  it.each([
    ['attempts: 3', ['two-owners']],
    ['attempts: 1', []],
    ['attempts: 3, owner: istio', []],
    ['attempts: 3, owner: order-api', ['two-owners']],
    ['attempts: 3, owner: { transient: istio, business: order-api }', []],
  ])('with a mesh of 3, of %s: %j', (fields, expected) => {
    const document = one(`effect: read, exhausted: fail, ${fields}`, istio)
    expect(rules(document.replace('depends', 'limits: { amplification: 99 }\ndepends'))).toEqual(expected)
  })

  it('finds two foreign ones without ours', () => {
    const layers = 'layers: [{ name: istio, attempts: 2 }, { name: sdk, attempts: 2 }],'
    expect(rules(one('effect: read, attempts: 1', layers))).toEqual(['two-owners'])
  })
})

describe('two-owners: what is told', () => {
  const layers = 'layers: [{ name: istio, attempts: 2 }, { name: sdk, attempts: 2 }],'
  const fix = (fields: string) =>
    checked([one(`effect: read, exhausted: fail, ${fields}`, layers)]).findings.find(
      ({ rule }) => rule === 'two-owners',
    )?.fix

  it('leaves one layer, whoever that is', () => {
    expect(fix('attempts: 3')).toContain('Switch the retries of istio and sdk off')
    expect(fix('attempts: 1')).toContain('Switch the retries of all but one of istio, sdk off')
  })
})

describe('undeclared-layer', () => {
  const layers = (attempts: number | null, ...documents: string[]) =>
    checked(documents, { scanned: [{ library: 'got', file: 'services/b/src/http.ts', line: 3, attempts }] })

  it('stands in the document beside the code', () => {
    const { findings } = layers(null, one('effect: read, attempts: 1'))
    expect(findings).toMatchObject([{ service: 'order-api', file: '1.yaml', amount: Number.MAX_SAFE_INTEGER }])
    expect(findings[0]?.message).toContain('got at services/b/src/http.ts:3 makes attempts without a bound')
  })

  it('passes over layers that are switched off', () => {
    expect(layers(1, one('effect: read, attempts: 1')).findings).toEqual([])
  })
})

describe('broker-limit-below-attempts', () => {
  it('counts what has no count as the attempts that fit', () => {
    const queue = (deliveries: number) =>
      rules(one('effect: read, use: background', `broker: nats, deliveries: ${deliveries},`))
    expect(queue(123)).toEqual(['broker-limit-below-attempts'])
    expect(queue(124)).toEqual([])
  })
})
