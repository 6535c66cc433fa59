import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkKey } from '../../idempotency/key.js'
import { readKey } from './key-field.js'

test.for([
  ['abc', 'abc'],
  ['"abc"', 'abc'],
  [' \t"abc" ', 'abc'],
  ['"a b"', 'a b'],
  ['"a,b;c=d"', 'a,b;c=d'],
  ['"\\"\\\\"', '"\\'],
  ['order_7:line=1', 'order_7:line=1'],
  ['k'.repeat(255), 'k'.repeat(255)],
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
] as const)('%s is a key', ([field, key]) => {
  expect(readKey(field)).toBe(key)
})

test.for([
  '',
  ' ',
  '""',
  '"',
  'a"',
  '"a',
  '"a" "b"',
  '"a", "b"',
  'a,b',
  'a b',
  'a;b',
  '"a";b',
  'a\\b',
  '"a\\b"',
  '"a\\"',
  'a\u0000',
  '"a\u007f"',
  'k\u00e9y',
  'k'.repeat(256),
  `"${'k'.repeat(256)}"`,
  `"${'\\"'.repeat(256)}"`,
  'k'.repeat(1_000_000),
])('%j is none', (field) => {
  expect(readKey(field)).toBeUndefined()
})

test('every key that the engine takes can be sent quoted, and comes back as it was', () => {
  const keys = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 255,
  })
  fc.assert(
    fc.property(keys, (key) => {
      expect(readKey(`"${key.replace(/["\\]/g, '\\$&')}"`)).toBe(key)
    }),
  )
})

test('what is read of any field, the engine takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (field) => {
      const key = readKey(field)
      expect(key === undefined || checkKey(key) === key).toBe(true)
    }),
  )
})
