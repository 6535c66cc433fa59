import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scopeOf } from './scope.js'

test('it is 43 characters that every store can hold', () => {
  expect(scopeOf('acme', 'orders.create', 'order-1')).toMatch(/^[\w-]{43}$/)
  expect(scopeOf('a'.repeat(100_000), 'é\0', ' ')).toMatch(/^[\w-]{43}$/)
})

test('it is the same in every release: records outlive the code that wrote them', () => {
  expect(scopeOf('acme', 'orders.create', 'order-1')).toBe(scopeOf('acme', 'orders.create', 'order-1'))
  expect(scopeOf('acme', 'orders.create', 'order-1')).toBe('lXVZnzFzwcsROMO0oovNX7g9OwsmIyYy1MN3-t0jc_0')
})

test.for([
  [
    ['a:b', 'o', 'c'],
    ['a', 'o', 'b:c'],
  ],
  [
    ['1:a', 'o', 'k'],
    ['1', 'a1:o', 'k'],
  ],
  [
    ['a', '1:o', 'k'],
    ['a1:', 'o', 'k'],
  ],
  [
    ['a1:b', 'o', 'k'],
    ['a', 'b', 'o1:k'],
  ],
  [
    ['11', ':1', 'k'],
    ['1', '1:1', 'k'],
  ],
  [
    ['ab', 'c', 'd'],
    ['a', 'bc', 'd'],
  ],
  [
    ['a', 'b', 'c'],
    ['b', 'a', 'c'],
  ],
] as const)('%j is another one than %j', ([one, other]) => {
  expect(scopeOf(one[0], one[1], one[2])).not.toBe(scopeOf(other[0], other[1], other[2]))
})

test('two names of one length in one part do not hide behind a separator', () => {
  const part = fc.string({ unit: fc.constantFrom('1', '2', ':', 'a', '\0'), minLength: 1, maxLength: 6 })
  const parts = fc.tuple(part, part, part)
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(scopeOf(...one) === scopeOf(...other)).toBe(one.every((each, index) => each === other[index]))
    }),
    { numRuns: 2_000 },
  )
})
