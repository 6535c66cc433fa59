import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { waitForQuota } from './rate-limit.js'
import { LONGEST_WAIT } from './retry-after.js'

describe('RateLimit', () => {
  test.each([
    ['"default";r=0;t=30', 30_000],
    ['default;r=0;t=30', 30_000],
    [' "default" ; r=0 ; t=30 ', 30_000],
    ['"default";t=30;pk=:cHk=:;r=0', 30_000],
    ['"default";r=0;t=0', 0],
    ['"default";r=0;t=5;t=30', 30_000],
    ['limit=9, remaining=0, reset=30', 30_000],
    ['limit=9,remaining=0,reset=30;comment', 30_000],
  ])('%s: %d ms', (field, ms) => expect(waitForQuota(field)).toBe(ms))

  // The request needs all of its quotas; the one that is refilled last decides.
  test.each([
    ['"minute";r=0;t=30, "day";r=900;t=3600', 30_000],
    ['"minute";r=0;t=30, "day";r=0;t=3600', 3_600_000],
    ['"day";r=0;t=3600,"minute";r=0;t=30', 3_600_000],
    ['"minute";r=0;t=30, "bytes";r=0', 30_000],
  ])('of several, %s, the last refill of those used up: %d ms', (field, ms) => expect(waitForQuota(field)).toBe(ms))

  test.each([
    undefined,
    '',
    '"default"',
    '"default";r=0',
    '"default";t=30',
    '"default";r=1;t=30',
    '"default";r=-1;t=30',
    '"default";r=0.0;t=30',
    '"default";r=0;t=-30',
    '"default";r=0;t=1.5',
    '"default";r=0;t="30"',
    '"default";r;t=30',
    '"default";r=0;t=1e3',
    '"default";R=0;T=30',
    '"a;r=0;t=30"',
    String.raw`"a\";r=0;t=30"`,
    '"a",;r=0 t=30',
    'remaining=3, reset=30',
    'reset=30',
    `"${'\\"'.repeat(1_000_000)};r=0;t=30`,
    `"default";r=0;t=${'9'.repeat(2_000_000)}`,
  ])('%#: no quota is known to be used up', (field) => expect(waitForQuota(field)).toBeUndefined())
})

describe('RateLimit-Remaining and RateLimit-Reset', () => {
  test.each<[string | undefined, string | undefined, number | undefined]>([
    ['0', '30', 30_000],
    ['00', '007', 7_000],
    ['0', '0', 0],
    ['0, 0', '5, 30', 30_000],
    ['0, 4', '5, 30', undefined],
    ['1', '30', undefined],
    ['-1', '30', undefined],
    ['', '30', undefined],
    [undefined, '30', undefined],
    ['0', undefined, undefined],
    ['0', '', undefined],
    ['0', '-1', undefined],
    ['0', '1.5', undefined],
    ['0', 'Sun, 22 Nov 2026 12:00:30 GMT', undefined],
  ])('%j left, reset %j: %s', (remaining, reset, ms) => expect(waitForQuota(undefined, remaining, reset)).toBe(ms))

  it('takes no point in time for a wait', () => {
    expect(waitForQuota(undefined, '0', '1795348830')).toBeUndefined()
    expect(waitForQuota('"a";r=0;t=1000000000000')).toBeUndefined()
  })

  it('the longest of all generations counts', () => {
    expect(waitForQuota('"a";r=0;t=5', '0', '30')).toBe(30_000)
    expect(waitForQuota('"a";r=0;t=50', '0', '30')).toBe(50_000)
  })
})

test('whatever arrives, a wait is finite, not negative, and never shorter than one that was well-formed', () => {
  const part = fc.oneof(fc.string(), fc.stringMatching(/^("[a;=,\\"]*"?|a)?(; ?[rtp]=[-0-9."]{0,12}){0,3}$/))
  fc.assert(
    fc.property(part, part, part, fc.nat(1e8), (before, remaining, reset, seconds) => {
      const wait = waitForQuota(before, remaining, reset)
      expect(wait === undefined || (wait >= 0 && wait < LONGEST_WAIT)).toBe(true)
      const quoted = before.replaceAll(/["\\]/g, '')
      expect(waitForQuota(`${quoted}, "q";r=0;t=${seconds}`, remaining, reset)).toBeGreaterThanOrEqual(seconds * 1000)
    }),
  )
})
