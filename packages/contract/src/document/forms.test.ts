import fc from 'fast-check'
import { dependency, type Duration, isTruceError, type Rate, type Share, sharedBudget } from 'truce'
import { expect, test } from 'vitest'
import {
  DURATION,
  DURATION_OVER_0,
  durationOf,
  KEY_TEMPLATE,
  RATE_OVER_0,
  rateOf,
  SHARE,
  SHARE_OVER_0,
  shareOf,
} from './forms.js'

const accepted = (make: () => unknown): boolean => {
  try {
    make()
    return true
  } catch (error) {
    expect(isTruceError(error)).toBe(true)
    return false
  }
}

/** Texts that are near to a unit. */
const amounts = fc.constantFrom(
  '0',
  '00',
  '0.0',
  '0.5',
  '1',
  '1.',
  '.5',
  '1.5',
  '12',
  '100',
  '101',
  '-1',
  '1e3',
  ' 1',
  '',
)
const near = (units: readonly string[]) => fc.tuple(amounts, fc.constantFrom(...units)).map((parts) => parts.join(''))

test('durations are those of the guard', () => {
  const guard = dependency('x', {})
  fc.assert(
    fc.property(near(['ms', 's', 'm', 'h', 'd', '', ' ms', 'S']), (text) => {
      const deadline = text as Duration
      expect(
        accepted(() => guard.operation('o', { effect: 'read', deadline })),
        `of ${text}`,
      ).toBe(DURATION_OVER_0.test(text))
      const backoff = { initial: deadline, max: '200h' as const }
      expect(
        accepted(() => guard.operation('o', { effect: 'read', backoff })),
        `of ${text}`,
      ).toBe(DURATION.test(text))
    }),
  )
})

test('rates and shares are those of the guard', () => {
  fc.assert(
    fc.property(near(['/s', '/m', '/h', '/d', '', '/ s']), near(['%', '', ' %']), (rate, share) => {
      expect(
        accepted(() => sharedBudget({ max: rate as Rate })),
        `of ${rate}`,
      ).toBe(RATE_OVER_0.test(rate))
      expect(
        accepted(() => sharedBudget({ ratio: share as Share })),
        `of ${share}`,
      ).toBe(SHARE_OVER_0.test(share))
      expect(
        accepted(() => dependency('x', { breaker: { slowRate: share as Share } })),
        `of ${share}`,
      ).toBe(SHARE.test(share))
    }),
  )
})

test('what they say', () => {
  expect(['800ms', '1.5s', '5m', '72h', 'none', 7].map(durationOf)).toEqual([
    800,
    1_500,
    300_000,
    259_200_000,
    Infinity,
    7,
  ])
  expect(['200/s', '30/m', '36/h', 7].map(rateOf)).toEqual([200, 0.5, 0.01, 7])
  expect(['20%', '99.9%', '0%', 0.2].map(shareOf)).toEqual([0.2, 0.999, 0, 0.2])
})

test.each(['{incoming}', '{incoming}_line_{line}', 'a{b.c-d}'])('%s is a template', (text) => {
  expect(KEY_TEMPLATE.test(text)).toBe(true)
})
test.each(['', 'order', '{', '{}', '{a', 'a}', '{1}', '{a b}', '{ä}', 'ä{a}', '{{a}}'])('%s is none', (text) => {
  expect(KEY_TEMPLATE.test(text)).toBe(false)
})
