import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OptionError } from '../guard/errors.js'
import { InvalidKeyError } from './errors.js'
import { bornAt, checkKey, derivedKey, idempotencyKey } from './key.js'

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('a new key', () => {
  test('is a UUID of version 7 that tells when it was made', () => {
    const before = Date.now()
    const key = idempotencyKey()
    expect(key).toMatch(V7)
    expect(bornAt(key)).toBeGreaterThanOrEqual(before)
    expect(bornAt(idempotencyKey(1_790_000_000_000.9))).toBe(1_790_000_000_000)
  })

  test('is never the same twice, and sorts by its time', () => {
    const keys = Array.from({ length: 10_000 }, () => idempotencyKey(5))
    expect(new Set(keys).size).toBe(10_000)
    expect(idempotencyKey(1_000) < idempotencyKey(1_001)).toBe(true)
  })

  test('of a time that 48 bits do not hold is the nearest that they do', () => {
    expect(bornAt(idempotencyKey(-1))).toBe(0)
    expect(bornAt(idempotencyKey(2 ** 60))).toBe(2 ** 48 - 1)
  })
})

test.for(['order-1', 'f47ac10b-58cc-4372-a567-0e02b2c3d479', '017f22e2-79b0-8cc3-98c4-dc0c0c07398f', ''])(
  '%s does not tell its age',
  (key) => {
    expect(bornAt(key)).toBeUndefined()
  },
)

test('the example of RFC 9562 is of 22 February 2022', () => {
  expect(bornAt('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(1_645_557_742_000)
})

describe('what may be a key', () => {
  test.for(['x', ' ', '~', 'order 1/2:"3"', 'a'.repeat(255)])('%s', (key) => {
    expect(checkKey(key)).toBe(key)
  })

  test.for<[string, unknown]>([
    ['empty', ''],
    ['256 characters', 'a'.repeat(256)],
    ['300 characters', 'a'.repeat(300)],
    ['a line feed', 'a\nb'],
    ['a line feed at the end', 'a\n'],
    ['a NUL', 'a\0'],
    ['DEL', 'a\u007f'],
    ['é', 'é'],
    ['half of a pair', '\ud800'],
    ['a number', 5],
    ['nothing', undefined],
    ['null', null],
    ['a list', ['a']],
    ['boxed text', Object('a')],
    ['what says it is text', { toString: () => 'a' }],
  ])('not %s', ([, key]) => {
    expect(() => checkKey(key)).toThrow(InvalidKeyError)
    expect(() => checkKey(key)).toThrow('allowed: 1 to 255 printable ASCII characters')
  })

  test('a refused one is shown without what could break a log', () => {
    expect(() => checkKey('a\n2026 ERROR forged')).toThrow('"a\\n2026 ERROR forged"')
    expect(() => checkKey('k'.repeat(5_000))).toThrow(/^.{0,200}$/)
  })
})

describe('a derived key', () => {
  const scope = 'scope'

  test('is the same for one step, and another for every other', () => {
    expect(derivedKey(scope, 'charge', 'order-1')).toBe(derivedKey(scope, 'charge', 'order-1'))
    expect(derivedKey(scope, 'charge', 'order-1')).not.toBe(derivedKey(scope, 'ship', 'order-1'))
    expect(derivedKey(scope, 'charge', 'order-1')).not.toBe(derivedKey('other', 'charge', 'order-1'))
  })

  test('is the same in every release: it was sent to somebody who remembers it', () => {
    expect(derivedKey(scope, 'charge', 'order-1')).toBe('4b56dacd-4e13-853f-8532-84e944e9e1d8')
    expect(derivedKey(scope, 'charge', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(
      '017f22e2-79b0-753f-8532-84e944e9e1d8',
    )
  })

  test('is as old as the key that it comes from', () => {
    const key = idempotencyKey(1_790_000_000_000)
    expect(derivedKey(scope, 'charge', key)).toMatch(V7)
    expect(bornAt(derivedKey(scope, 'charge', key))).toBe(1_790_000_000_000)
    expect(derivedKey(scope, 'charge', 'order-1')).toMatch(V8)
    expect(bornAt(derivedKey(scope, 'charge', 'order-1'))).toBeUndefined()
  })

  test('of two names is one only where they are one', () => {
    const name = fc.string({ unit: fc.constantFrom('1', ':', 'a', 'é'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(name, name, name, name, (scopeA, stepA, scopeB, stepB) => {
        const same = scopeA === scopeB && stepA === stepB
        expect(derivedKey(scopeA, stepA, 'k') === derivedKey(scopeB, stepB, 'k')).toBe(same)
      }),
    )
  })

  // Hashed as UTF-8 every half character is the same question mark: two steps would share a key.
  test.for(['', undefined, 5, '\ud800'])('of %s is refused', (step) => {
    expect(() => derivedKey(scope, step as string, 'k')).toThrow(OptionError)
  })
})
