import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { LONGEST_WAIT, parseRetryAfter } from './retry-after.js'

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)
const parse = (value: string | null | undefined) => parseRetryAfter(value, () => NOW)

describe('Retry-After in seconds', () => {
  test.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    ['007', 7_000],
    ['  5\t', 5_000],
    ['1000000000000', LONGEST_WAIT],
    ['9'.repeat(400), LONGEST_WAIT],
  ])('%j is %d ms', (value, ms) => expect(parse(value)).toBe(ms))

  // Two hops each named a wait: coming back after the shorter one breaks the other's.
  test.each([
    ['1, 120', 120_000],
    ['120,1', 120_000],
    ['3 , 3', 3_000],
  ])('of several, %j, the longest counts', (value, ms) => expect(parse(value)).toBe(ms))

  it('reads no clock', () => {
    expect(parseRetryAfter('3', noClock)).toBe(3_000)
    expect(parseRetryAfter('soon', noClock)).toBeUndefined()
  })
})

describe('Retry-After as a date', () => {
  test.each([
    ['IMF-fixdate', 'Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['RFC 850', 'Sunday, 22-Nov-26 12:00:30 GMT', 30_000],
    ['asctime', 'Sun Nov 22 12:00:30 2026', 30_000],
    ['asctime, day of one digit', 'Tue Dec  1 12:00:00 2026', 9 * 86_400_000],
    ['a weekday that is not the day', 'Mon, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['a leap day', 'Tue, 29 Feb 2028 12:00:00 GMT', Date.UTC(2028, 1, 29, 12) - NOW],
    ['now', 'Sun, 22 Nov 2026 12:00:00 GMT', 0],
    ['the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['the past in RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['the past in asctime', 'Sun Nov  6 08:49:37 1994', 0],
    ['the end of time', 'Fri, 31 Dec 9999 23:59:59 GMT', LONGEST_WAIT],
  ])('%s: %s', (_, value, ms) => expect(parse(value)).toBe(ms))

  test.each([
    ['at most 50 years ahead', 2026, '30', 2030],
    ['else in the past', 2026, '77', 1977],
    ['across the century', 2099, '01', 2101],
  ])('two digits of a year are %s', (_, thisYear, digits, year) => {
    const now = Date.UTC(thisYear, 0, 1)
    const ms = Math.min(LONGEST_WAIT, Math.max(0, Date.UTC(year, 0, 2) - now))
    expect(parseRetryAfter(`Sunday, 02-Jan-${digits} 00:00:00 GMT`, () => now)).toBe(ms)
  })
})

describe('no hint', () => {
  // All of these but the empty ones are dates or numbers to `new Date()`, `Number()` or `parseInt()`.
  test.each([
    null,
    undefined,
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '5 seconds',
    'soon 5',
    '1,',
    ',1',
    '1, Sun, 22 Nov 2026 12:00:30 GMT',
    'Infinity',
    'NaN',
    '2026-11-22T12:00:30Z',
    '22 Nov 2026 12:00:30 GMT',
    'Sun, 22 Nov 2026 12:00:30',
    'Sun, 22 Nov 2026 12:00:30 +0000',
    'Sun, 22 Nov 2026 12:00:30 PST',
    'sun, 22 nov 2026 12:00:30 gmt',
    'Sun, 22 nov 2026 12:00:30 GMT',
    'Sun, 2 Nov 2026 12:00:30 GMT',
    'Sun, 31 Feb 2026 12:00:30 GMT',
    'Sun, 29 Feb 2027 12:00:30 GMT',
    'Sun, 22 Foo 2026 12:00:30 GMT',
    'Sun, 22 Nov 2026 24:00:00 GMT',
    'Sun, 22 Nov 2026 12:60:00 GMT',
    'Sun, 22 Nov 2026 12.00.30 GMT',
    'Sun, 22-Nov-26 12:00:30 GMT',
    'Sun Nov 22 12:00:30 2026 GMT',
    'Sun Nov 0 12:00:30 2026',
    'x Sun, 22 Nov 2026 12:00:30 GMT',
    'Sun, 22 Nov 2026 12:00:30 GMT x',
    'x Sunday, 22-Nov-26 12:00:30 GMT',
    'Sunday, 22-Nov-26 12:00:30 GMT x',
    'x Sun Nov 22 12:00:30 2026',
  ])('%j', (value) => expect(parse(value)).toBeUndefined())
})

describe('laws', () => {
  it('seconds are exact up to the clamp', () => {
    fc.assert(
      fc.property(fc.nat(LONGEST_WAIT / 1000), (seconds) => {
        expect(parse(String(seconds))).toBe(seconds * 1000)
      }),
    )
  })

  it('whatever arrives, a hint is a finite time that is not negative', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[-+]?\d{1,30}([.,] ?\d*)*$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    )
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 8e15 }), (value, now) => {
        const ms = parseRetryAfter(value, () => now) ?? 0
        expect(ms >= 0 && ms <= LONGEST_WAIT).toBe(true)
      }),
    )
  })

  it('every date to come is waited for to the second', () => {
    const years = { min: new Date(NOW), max: new Date(NOW + LONGEST_WAIT - 1_000), noInvalidDate: true }
    fc.assert(
      fc.property(fc.date(years), (date) => {
        const whole = Math.floor(date.getTime() / 1000) * 1000
        expect(parse(date.toUTCString())).toBe(whole - NOW)
      }),
    )
  })
})

function noClock(): never {
  throw new Error('read the clock')
}
