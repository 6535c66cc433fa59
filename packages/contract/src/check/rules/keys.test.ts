import { describe, expect, it } from 'vitest'
import { checked, found } from '../../../test/given.js'
import { inventory, key, one, rules } from '../../../test/one-call.js'

describe('unsafe-retry', () => {
  it('counts foreign layers', () => {
    const istio = 'layers: [{ name: istio, attempts: 3 }],'
    expect(rules(one('effect: write, attempts: 1', istio))).toEqual(['unsafe-retry'])
    expect(rules(one('effect: write, attempts: 1'))).toEqual([])
  })

  it.each(['effect: read', 'effect: write, idempotency: natural', `effect: write, ${key}`, 'effect: write, owner: b'])(
    'is not broken by %s',
    (fields) => {
      expect(rules(one(`${fields}, exhausted: fail`))).toEqual([])
    },
  )

  it('is a warning where a duplicate is tolerable', () => {
    const { ok, findings } = checked([one('effect: write, risk: low, exhausted: fail')])
    expect([ok, findings.map(({ rule, severity }) => [rule, severity])]).toEqual([true, [['unsafe-retry', 'warning']]])
  })
})

describe('fallback-on-write', () => {
  it.each([
    ['exhausted: { cached: { maxAge: 1s, key: [a] } }', ['fallback-on-write']],
    ['fallback: f', ['fallback-on-write']],
    ['exhausted: pending', []],
  ])('of %s: %j', (fields, expected) => {
    expect(rules(one(`effect: write, attempts: 1, ${fields}`))).toEqual(expected)
    expect(rules(one(`effect: read, attempts: 1, ${fields}`))).toEqual([])
  })

  it('is a warning where a duplicate is tolerable', () => {
    expect(checked([one('effect: write, attempts: 1, risk: low, fallback: f')]).ok).toBe(true)
  })
})

describe('window-below-retries', () => {
  const window = (ms: number) => `idempotency: { key: 'o_{order}', window: ${ms} }`

  it('compares with attempts and longest waits where these are less than the deadline', () => {
    // 3 × 1 s, and waits of 100 and 200 ms.
    const fields = 'effect: write, attemptTimeout: 1s, exhausted: fail,'
    expect(rules(one(`${fields} ${window(3_299)}`))).toEqual(['window-below-retries'])
    expect(rules(one(`${fields} ${window(3_300)}`))).toEqual([])
  })

  it('compares with the deadline of a queue, and of whatever has no count', () => {
    const queue = 'broker: rabbitmq,'
    const fields = 'effect: write, attempts: 2, deadline: 10m, exhausted: dead-letter,'
    expect(rules(one(`${fields} ${window(599_999)}`, queue))).toEqual(['window-below-retries'])
    expect(rules(one(`${fields} ${window(600_000)}`, queue))).toEqual([])
    expect(rules(one(`effect: write, use: background, ${window(3_599_999)}`))).toEqual(['window-below-retries'])
  })
})

describe('key-not-forwarded', () => {
  const middle = (calls: string, served = 'idempotency: { key: required, ttl: 72h },') => `
truce: 1
service: order-api
serves: { place: { effect: write, ${served} ${calls} } }
depends: { inventory: { operations: { reserve: { effect: write, attempts: 1 } } } }
`
  it('asks for a key where one came in', () => {
    expect(rules(middle('calls: { inventory.reserve: 1 }'))).toEqual(['key-not-forwarded'])
    expect(rules(middle('calls: { inventory.reserve: 1 }', ''))).toEqual([])
  })

  it('asks for it where a service does not say which operation calls which', () => {
    expect(found(checked([middle('')]))).toEqual(['key-not-forwarded order-api: inventory.reserve'])
  })
})

describe('a key that is told to be written', () => {
  const fix = (times: number, fields = '') => {
    const served = `serves: { place: { effect: read, calls: { inventory.reserve: ${times} } } }`
    const document = one(`effect: write, exhausted: fail, ${fields}`).replace('depends', `${served}\ndepends`)
    return checked([document]).findings.find(({ rule }) => rule === 'unsafe-retry')?.fix
  }

  it('is one for each of several calls: with one for all, the second would get the answer of the first', () => {
    expect(fix(1)).toContain("key: '{incoming}_reserve',")
    expect(fix(2)).toContain("key: '{incoming}_reserve_{item}',")
  })

  it('has a window in which its repeats end', () => {
    expect(fix(1)).toContain('window: 24h')
    expect(fix(1, 'use: background, attempts: 3, deadline: 72h, attemptTimeout: 10h')).toContain('window: 31h')
  })
})

describe('key-not-honoured', () => {
  it.each([
    ['', ['key-not-honoured']],
    [', idempotency: natural', []],
    [', idempotency: { key: optional }', []],
  ])('of a server with%s: %j', (served, expected) => {
    expect(rules(one(`effect: write, ${key}, exhausted: fail`), inventory(`effect: write${served}`))).toEqual(expected)
  })
})

describe('key-not-honoured by a foreign layer', () => {
  it.each([
    [3, ['key-not-honoured']],
    [1, []],
  ])('that makes %d attempts', (attempts, expected) => {
    const layers = `layers: [{ name: istio, attempts: ${attempts} }],`
    const { findings } = checked([one(`effect: write, attempts: 1, ${key}`, layers), inventory('effect: write')])
    expect(findings.map(({ rule }) => rule)).toEqual(expected)
    for (const each of findings) expect(each.fix).toContain('Switch the retries of istio off, or')
  })
})
