import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Places } from './places.js'

test('line and column from 1; lines end with LF, CR LF or CR', () => {
  const places = new Places('ab\ncd\r\n\ref')
  const found = Array.from({ length: 10 }, (_, offset) => places.of(offset)).map(
    ({ line, column }) => `${line}:${column}`,
  )
  expect(found).toEqual(['1:1', '1:2', '1:3', '2:1', '2:2', '2:3', '2:4', '3:1', '4:1', '4:2'])
})

test('a byte order mark is before the first column', () => {
  expect(new Places('\ufeffab').of(0)).toEqual({ line: 1, column: 1 })
  expect(new Places('\ufeffab').of(2)).toEqual({ line: 1, column: 2 })
})

test('what counting would give', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', 'bc')), fc.nat(100), (parts, at) => {
      const text = parts.join('')
      const offset = Math.min(at, text.length)
      const before = text.slice(0, offset).split('\n')
      expect(new Places(text).of(offset)).toEqual({ line: before.length, column: (before.at(-1) ?? '').length + 1 })
    }),
  )
})
