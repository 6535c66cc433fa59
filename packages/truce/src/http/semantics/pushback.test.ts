import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isTransient } from '../../policy/classify.js'
import { judgeStatus } from './answer.js'
import { readPushback } from './pushback.js'
import { LONGEST_WAIT } from './retry-after.js'
import { classifyStatus } from './status.js'

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)
type Headers = Readonly<Record<string, string>>
const read = (headers: Headers) =>
  readPushback(
    (name) => headers[name],
    () => NOW,
  )
const hints = (headers: Headers) => read(headers).hints
const HUGE = 2_000_000

describe('a wait in ms', () => {
  const names = ['retry-after-ms', 'x-ms-retry-after-ms', 'grpc-retry-pushback-ms']
  const each = names.flatMap((name) =>
    [
      ['0', 0],
      ['340', 340],
      [' 340\t', 340],
      ['100, 340', 340],
      ['340,100', 340],
      ['1000000000000', LONGEST_WAIT],
      ['9'.repeat(400), LONGEST_WAIT],
      ['9'.repeat(HUGE), LONGEST_WAIT],
    ].map(([value, ms]) => [name, value as string, ms as number] as const),
  )
  test.each(each)('%s: %.40s', (name, value, ms) => expect(hints({ [name]: value })).toEqual({ retryAfter: ms }))

  const none = [
    '',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    '5 ms',
    '1,',
    '5, -1',
    'NaN',
    'Infinity',
    'x'.repeat(HUGE),
  ]
  test.each(none.flatMap((value) => [['retry-after-ms', value] as const, ['x-ms-retry-after-ms', value] as const]))(
    '%s: %.40s is no hint',
    (name, value) => expect(hints({ [name]: value })).toEqual({}),
  )
  test.each(none)('grpc-retry-pushback-ms: %.40s forbids the repeat', (value) =>
    expect(hints({ 'grpc-retry-pushback-ms': value })).toEqual({ retry: false }),
  )
})

describe('of several waits', () => {
  test.each<[string, Headers, number]>([
    ['the longest in ms', { 'retry-after-ms': '5', 'x-ms-retry-after-ms': '70', 'grpc-retry-pushback-ms': '6' }, 70],
    ['the exact one of two that are the same', { 'retry-after-ms': '340', 'retry-after': '1' }, 340],
    ['seconds that are longer', { 'retry-after-ms': '340', 'retry-after': '120' }, 120_000],
    ['seconds that are a whole second longer', { 'retry-after-ms': '0', 'retry-after': '1' }, 1_000],
    ['ms that are longer', { 'retry-after-ms': '1340', 'retry-after': '1' }, 1_340],
    ['a date that is later', { 'retry-after-ms': '340', 'retry-after': 'Sun, 22 Nov 2026 12:00:30 GMT' }, 30_000],
    ['the one that can be read', { 'retry-after-ms': '-1', 'retry-after': '2' }, 2_000],
    ['the other that can be read', { 'retry-after-ms': '340', 'retry-after': '-2' }, 340],
    ['a wait before a quota', { 'retry-after': '2', ratelimit: '"day";r=0;t=3600' }, 2_000],
    ['no wait before a quota', { 'retry-after-ms': '0', ratelimit: '"day";r=0;t=3600' }, 0],
    ['a quota', { ratelimit: '"day";r=0;t=3600' }, 3_600_000],
    ['a quota of old', { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, 30_000],
    ['a quota beside a broken wait', { 'retry-after': 'x', ratelimit: '"day";r=0;t=30' }, 30_000],
  ])('%s', (_, headers, retryAfter) => expect(hints(headers)).toEqual({ retryAfter }))
})

describe('whether a repeat is wanted', () => {
  test.each(['x-should-retry', 'stripe-should-retry'])('%s', (name) => {
    for (const no of ['false', ' FALSE ', 'true, false', 'false,true']) {
      expect(hints({ [name]: no })).toEqual({ retry: false })
    }
    const silent = ['true', '', '0', 'no', 'falsey', 'not false', `${' '.repeat(HUGE)}false?`, ', '.repeat(HUGE)]
    for (const value of silent) expect(hints({ [name]: value })).toEqual({})
  })

  it('one refusal is enough', () =>
    expect(hints({ 'x-should-retry': 'true', 'stripe-should-retry': 'false' })).toEqual({ retry: false }))

  it('a wait stays: it says when somebody else may try', () =>
    expect(hints({ 'x-should-retry': 'false', 'retry-after': '2' })).toEqual({ retryAfter: 2_000, retry: false }))
})

describe('Envoy', () => {
  test.each<[string, number, Headers, object]>([
    ['dropped it', 503, { 'x-envoy-overloaded': 'true' }, { class: 'overloaded', certainty: 'unknown' }],
    ['dropped it, in whatever words', 504, { 'x-envoy-overloaded': '' }, { class: 'overloaded', certainty: 'unknown' }],
    ['limited it', 429, { 'x-envoy-ratelimited': 'true' }, { class: 'overloaded', retry: false }],
    ['limited it, by another status', 503, { 'x-envoy-ratelimited': '' }, { class: 'overloaded', retry: false }],
    ['tried once', 429, { 'x-envoy-attempt-count': '1' }, { certainty: 'not-applied' }],
    ['tried once at each of two hops', 429, { 'x-envoy-attempt-count': '1, 1' }, { certainty: 'not-applied' }],
    ['tried before', 429, { 'x-envoy-attempt-count': '2' }, { certainty: 'unknown' }],
    ['tried before, at one hop', 429, { 'x-envoy-attempt-count': '1, 3' }, { certainty: 'unknown' }],
    ['tried nobody knows how often', 429, { 'x-envoy-attempt-count': 'x' }, { certainty: 'unknown' }],
  ])('%s', (_, status, headers, expected) => expect(judgeStatus(status, headers, () => NOW)).toMatchObject(expected))

  it('a limit that says when it has room is worth its wait', () => {
    const headers = { 'x-envoy-ratelimited': 'true', 'retry-after': '2' }
    expect(judgeStatus(429, headers, () => NOW)).toEqual({
      class: 'overloaded',
      certainty: 'not-applied',
      answered: true,
      retryAfter: 2_000,
    })
  })
})

describe('laws', () => {
  const value = fc.oneof(
    fc.constantFrom('true', 'false', '0', '-1', '340', '"a";r=0;t=30', '1000000000000'),
    fc.stringMatching(/^[-+]?\d{1,30}([.,] ?\d*)*$/),
    fc.string(),
  )
  const fields =
    'retry-after retry-after-ms x-ms-retry-after-ms grpc-retry-pushback-ms x-should-retry stripe-should-retry ' +
    'x-envoy-overloaded x-envoy-ratelimited x-envoy-attempt-count ratelimit ratelimit-remaining ratelimit-reset'
  const name = fc.constantFrom(...fields.split(' '))
  const anyHeaders = fc.dictionary(name, value)

  it('whatever arrives, no field makes a repeat more likely than the status does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), anyHeaders, (status, headers) => {
        const plain = judgeStatus(status, {}, () => NOW)
        const judged = judgeStatus(status, headers, () => NOW)
        expect(judged && isTransient(judged.class)).toBe(plain && isTransient(plain.class))
        expect(judged?.certainty === 'not-applied' && plain?.certainty !== 'not-applied').toBe(false)
        expect(judged?.retry).not.toBe(true)
      }),
    )
  })

  it('a wait is finite and not negative, and a 503 with one is overloaded', () => {
    fc.assert(
      fc.property(anyHeaders, (headers) => {
        const { retryAfter } = hints(headers)
        if (retryAfter === undefined) return
        expect(retryAfter >= 0 && retryAfter <= LONGEST_WAIT).toBe(true)
        expect(judgeStatus(503, headers, () => NOW)).toMatchObject({ class: classifyStatus(503, true), retryAfter })
      }),
    )
  })

  it('no field shortens the wait of another by more than its rounding', () => {
    fc.assert(
      fc.property(anyHeaders, fc.nat(1e8), (headers, seconds) => {
        const given = hints({ ...headers, 'retry-after': String(seconds) }).retryAfter
        expect(given).toBeGreaterThan((seconds - 1) * 1000)
        const exact = hints({ ...headers, 'retry-after-ms': String(seconds) }).retryAfter
        expect(exact).toBeGreaterThanOrEqual(seconds)
      }),
    )
  })
})
