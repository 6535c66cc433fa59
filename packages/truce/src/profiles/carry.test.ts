import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { OptionError } from '../options/option-error.js'
import { carries, keyHeader, keyOf } from './carry.js'
import { ietf } from './ietf.js'
import { adyen, paypal, square, stripeV1 } from './known.js'

describe('the header of a key', () => {
  test.each([
    ['of nobody known', undefined, ['idempotency-key', 'order 1']],
    ['of Stripe', stripeV1, ['idempotency-key', 'order 1']],
    ['of PayPal', paypal, ['paypal-request-id', 'order 1']],
    ['of the draft', ietf, ['idempotency-key', '"order 1"']],
    ['of Square: it goes in the body', square, undefined],
  ])('%s', (_, profile, expected) => expect(keyHeader(profile, 'order 1')).toEqual(expected))

  it('is quoted as RFC 9651 has it', () => {
    expect(keyHeader(ietf, 'a"b\\c')?.[1]).toBe('"a\\"b\\\\c"')
  })
})

describe('the key of a header', () => {
  test.each([
    ['"abc"', 'abc'],
    ['abc', 'abc'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['', ''],
    ['""', ''],
    ['"abc', '"abc'],
    ['abc"', 'abc"'],
    ['"a"b"', '"a"b"'],
    ['"a\\"', '"a\\"'],
    ['"', '"'],
    ['"a", "b"', '"a", "b"'],
  ])('%s is %s', (value, key) => expect(keyOf(value)).toBe(key))

  it('is the one that was put there, whatever its characters', () => {
    const printable = fc.stringMatching(/^[\x20-\x7e]{1,255}$/)
    fc.assert(
      fc.property(printable, (key) => {
        expect(keyOf(keyHeader(ietf, key)?.[1] ?? '')).toBe(key)
      }),
    )
  })
})

describe('what an API cannot read', () => {
  test.each([
    ['too long', adyen, 'k'.repeat(65), 'at most 64 characters for adyen'],
    ['a space before it', stripeV1, ' k', 'no space at its ends for stripe-v1'],
    ['a space behind it', stripeV1, 'k ', 'no space at its ends for stripe-v1'],
  ])('%s', (_, profile, key, allowed) => {
    expect(() => carries(profile, key)).toThrow(OptionError)
    expect(() => carries(profile, key)).toThrow(allowed)
  })

  test.each([
    ['64 characters', adyen, 'k'.repeat(64)],
    ['a space in it', stripeV1, 'a k'],
    ['quoted, a space at its end', ietf, 'k '],
    ['in a body, a space at its end', square, 'k '],
  ])('but not %s', (_, profile, key) => expect(() => carries(profile, key)).not.toThrow())
})
