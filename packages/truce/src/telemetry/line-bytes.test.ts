import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ascii, copy, digits, quoted, thousandths, threeDigits, utf8 } from './line-bytes.js'

const bytes = Buffer.alloc(1_024)
const written = (write: (bytes: Buffer, at: number) => number) => bytes.toString('utf8', 3, write(bytes, 3))

describe('line bytes', () => {
  test('thousandths, as a double would be printed', () => {
    for (let us = 0; us < 1_000; us++) {
      expect(written((into, at) => thousandths(into, at, us))).toBe(String(us / 1_000).slice(1))
      expect(written((into, at) => threeDigits(into, at, us))).toBe(String(us).padStart(3, '0'))
    }
  })

  test('whole numbers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.nat(20_000)), (whole) => {
        expect(written((into, at) => digits(into, at, whole))).toBe(String(whole))
      }),
    )
  })

  test('texts as JSON, and back from UTF-8', () => {
    const unit = fc.oneof(fc.constantFrom('"', '\\', '\n', '\u007f', '\ud800', '\udc00', 'é', '😀'), fc.string())
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20, size: 'max' }), (text) => {
        const json = written((into, at) => quoted(into, at, text))
        expect(JSON.parse(json)).toBe(text)
        expect(json).not.toContain('\ufffd')
      }),
    )
  })

  it('writes nothing beyond the buffer, and counts on', () => {
    const small = Buffer.alloc(4)
    const piece = Buffer.from('abc')
    expect([copy, ascii].map((write) => write(small, 2, piece))).toEqual([5, 5])
    expect(utf8(small, 2, 'é€')).toBe(7)
    expect(quoted(small, 2, 'abc')).toBe(7)
    expect(digits(small, 2, 1_234_567)).toBe(9)
  })
})
