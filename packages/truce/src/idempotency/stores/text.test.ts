import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromText, toLine, toText } from './text.js'

const anything = fc.string({
  unit: fc.oneof(fc.constantFrom('\0', '\u0001', '\n', '\ud800', '\udc00', '"', '🕊'), fc.string()),
})

test('any string comes back, and Postgres takes what is sent', () => {
  fc.assert(
    fc.property(anything, (value) => {
      for (const text of [toText(value), toLine(value)]) {
        expect(fromText(text)).toBe(value)
        expect(text).not.toContain('\0')
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text)
      }
      expect(toLine(value)).not.toContain('\n')
    }),
  )
})

test('what needs no mark stays as it is', () => {
  for (const value of ['', '{"a":1}', 'two\nlines', '🕊']) expect(toText(value)).toBe(value)
})
