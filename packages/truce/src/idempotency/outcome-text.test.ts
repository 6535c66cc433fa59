import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failure } from '../policy/classify.js'
import { json, NOT_KEPT, read, writeThrown, writeValue } from './outcome-text.js'

const LARGE = 1_000_000

test('what JSON can say comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (given) => {
      const text = writeValue(given, json, LARGE)
      expect(read(text, json)).toEqual({ is: 'value', value: JSON.parse(JSON.stringify(given)) as unknown })
    }),
  )
})

test('nothing is not null', () => {
  expect(read(writeValue(undefined, json, LARGE), json)).toEqual({ is: 'value', value: undefined })
  expect(read(writeValue(null, json, LARGE), json)).toEqual({ is: 'value', value: null })
})

test('the longest text that is kept is counted in bytes', () => {
  // Its kind and two quotes.
  expect(writeValue('é'.repeat(10), json, 23)).toBe(`v"${'é'.repeat(10)}"`)
  expect(writeValue('é'.repeat(10), json, 22)).toBe(NOT_KEPT)
  expect(read(NOT_KEPT, json)).toEqual({ is: 'not-kept' })
})

test('a text of a later release that is not known is not kept, rather than misread', () => {
  expect(read('z{"new":1}', json)).toEqual({ is: 'not-kept' })
  expect(read('', json)).toEqual({ is: 'not-kept' })
})

describe('what would come back as something else is refused, with its place', () => {
  test.for<[string, unknown]>([
    ['the result.at is a Date', { at: new Date(0) }],
    ['the result[1] is undefined', [1, undefined]],
    ['the result.rate is NaN', { rate: Number.NaN }],
    ['the result is function', () => 1],
    ['the result.toJSON is function', { toJSON: () => 1 }],
    ['the result.a[0].b is bigint', { a: [{ b: 1n }] }],
    ['the result is a Error', new Error('x')],
  ])('%s', ([message, value]) => {
    const own = message.includes('toJSON') ? 'the result is a Object' : message
    expect(() => json.encode(value)).toThrow(new TypeError(own))
  })
})

test('of an error its name, message, code, status and class are kept, and no more of them than needed', () => {
  const error = Object.assign(new TypeError('m'.repeat(5_000)), { code: 5, status: '422', card: '4242' })
  error.name = 'n'.repeat(500)
  const kept = read(writeThrown(error, failure('invalid')), json)
  expect(kept).toEqual({
    is: 'thrown',
    failure: { name: 'n'.repeat(100), message: 'm'.repeat(2_000), class: 'invalid', code: 5 },
  })
})

test.for<[unknown, string]>([
  ['text', 'text'],
  [undefined, 'undefined'],
  [5n, '5'],
  [Symbol('s'), 'Symbol(s)'],
  [Object.create(null), 'a thrown object'],
  [Object.assign(new Error('x'), { message: { deep: 1 } }), ''],
])('%o can be thrown', ([thrown, message]) => {
  const kept = read(writeThrown(thrown, failure('internal')), json)
  expect(kept).toEqual({ is: 'thrown', failure: { name: 'Error', message, class: 'internal' } })
})
