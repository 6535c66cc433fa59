import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { OptionError } from '../guard/errors.js'
import { InvalidPayloadError } from './errors.js'
import { fingerprint } from './fingerprint.js'

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

test('it is the hash of canonical JSON, behind its version', () => {
  expect(fingerprint({ b: 1, a: [null] }, undefined)).toBe(`j1:${hash('{"a":[null],"b":1}')}`)
  expect(fingerprint(null, undefined)).toBe(`j1:${hash('null')}`)
  expect(fingerprint('text', undefined)).toBe(`j1:${hash('"text"')}`)
})

test('bytes are hashed as they are, and never equal to text', () => {
  const bytes = new TextEncoder().encode('"text"')
  expect(fingerprint(bytes, undefined)).toBe(`b1:${hash('"text"')}`)
  expect(fingerprint(Buffer.from('"text"'), undefined)).toBe(fingerprint(bytes, undefined))
  expect(fingerprint(bytes, undefined)).not.toBe(fingerprint('text', undefined))
})

test('nothing is given where a call is about nothing by mistake', () => {
  expect(() => fingerprint(undefined, undefined)).toThrow(InvalidPayloadError)
  expect(() => fingerprint(undefined, undefined)).toThrow('payload is missing; give what the call is about, or null')
})

describe('of some fields', () => {
  const payload = { sku: 'tea', count: 2, sentAt: 'now' }

  test('the others do not count, nor does their order', () => {
    const some = fingerprint(payload, ['sku', 'count'])
    expect(fingerprint({ count: 2, sentAt: 'later', sku: 'tea' }, ['count', 'sku'])).toBe(some)
    expect(fingerprint({ ...payload, count: 3 }, ['sku', 'count'])).not.toBe(some)
  })

  test('one that is not there is another thing than one that is null', () => {
    expect(fingerprint({ sku: 'tea' }, ['sku', 'gift'])).toBe(fingerprint({ sku: 'tea' }, ['sku']))
    expect(fingerprint({ sku: 'tea', gift: null }, ['sku', 'gift'])).not.toBe(fingerprint({ sku: 'tea' }, ['sku']))
  })

  test('what is inherited does not count', () => {
    expect(() => fingerprint({}, ['toString'])).toThrow(InvalidPayloadError)
    const own = JSON.parse('{"__proto__":1}') as unknown
    expect(fingerprint(own, ['__proto__'])).toBe(`j1:${hash('{"__proto__":1}')}`)
  })

  // Misspelt, every payload would have the fingerprint of {}: another order would get this one's result.
  test('that it has none of is refused', () => {
    expect(() => fingerprint(payload, ['skuu', 'amuont'])).toThrow(InvalidPayloadError)
    expect(() => fingerprint(payload, ['skuu', 'amuont'])).toThrow('payload has none of the fields skuu, amuont')
    expect(() => fingerprint(new Map([['sku', 'tea']]), ['sku'])).toThrow(InvalidPayloadError)
  })

  test('bytes and lists have none', () => {
    expect(() => fingerprint(new Uint8Array(1), ['sku'])).toThrow(OptionError)
    for (const given of [[1], 'text', 5, null, undefined]) {
      expect(() => fingerprint(given, ['sku'])).toThrow(InvalidPayloadError)
    }
  })
})
