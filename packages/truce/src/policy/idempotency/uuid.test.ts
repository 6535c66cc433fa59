import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bornAt, UUID_BYTES, uuidOf } from './uuid.js'

const ZEROS = new Uint8Array(UUID_BYTES)
const ONES = new Uint8Array(UUID_BYTES).fill(0xff)
const bytes = fc.uint8Array({ minLength: UUID_BYTES, maxLength: UUID_BYTES })

describe('a UUID', () => {
  it('is written as RFC 9562 has it in its appendix A.6', () => {
    const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])
    expect(uuidOf(0x017f22e279b0, random, 7)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  })

  it('has the bits of its version and variant, whatever the bytes', () => {
    expect(uuidOf(0, ZEROS, 7)).toBe('00000000-0000-7000-8000-000000000000')
    expect(uuidOf(0xffff_ffff_ffff, ONES, 7)).toBe('ffffffff-ffff-7fff-bfff-ffffffffffff')
    expect(uuidOf(0xffff_ffff_ffff, ONES, 8)).toBe('ffffffff-ffff-8fff-bfff-ffffffffffff')
  })

  it('takes ten bytes and no more', () => expect(uuidOf(0, new Uint8Array(32), 7)).toHaveLength(36))

  it('has no room for a time before 1970 or after 10889: the nearest it has', () => {
    expect(uuidOf(-5, ZEROS, 7)).toBe(uuidOf(0, ZEROS, 7))
    expect(uuidOf(1e300, ZEROS, 7)).toBe(uuidOf(0xffff_ffff_ffff, ZEROS, 7))
  })

  it('tells when it was made, to the ms below', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 ** 48 - 1, noNaN: true }), bytes, (at, low) => {
        expect(bornAt(uuidOf(at, low, 7))).toBe(Math.floor(at))
      }),
    )
  })

  it('leaves the bytes that it was given as they were', () => {
    const given = Uint8Array.from(ONES)
    uuidOf(0, given, 7)
    expect(given).toEqual(ONES)
  })
})

describe('of what tells no date', () => {
  it.each([
    'order_1',
    '',
    '017f22e2-79b0-8cc3-98c4-dc0c0c07398f',
    '017f22e2-79b0-4cc3-98c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-78c4-dc0c0c07398f',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f_line_1',
    'x017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    '017f22e279b07cc398c4dc0c0c07398f',
  ])('%s: undefined', (key) => expect(bornAt(key)).toBeUndefined())

  it('upper case tells it too', () => expect(bornAt('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(0x017f22e279b0))
})
