import { expect, it } from 'vitest'
import { durationOf } from '../document/forms.js'
import { ENDLESS } from '../graph/times.js'
import { atLeast, atMost, counted, list, number, percent, rate, span } from './words.js'

it.each([
  [0, '0ms'],
  [800, '800ms'],
  [1_400, '1400ms'],
  [2_000, '2s'],
  [90_000, '90s'],
  [300_000, '5m'],
  [259_200_000, '72h'],
  [0.5, '0.5ms'],
  [Number.POSITIVE_INFINITY, 'none'],
])('a span of %d ms is %s, as the document understands it', (ms, expected) => {
  expect(span(ms)).toBe(expected)
  expect(durationOf(span(ms))).toBe(ms)
})

it.each([
  [86_400_350, '25h', '24h'],
  [3_600_350, '61m', '1h'],
  [12_001, '13s', '12s'],
  [8_150, '8200ms', '8100ms'],
  [466.7, '470ms', '460ms'],
  [42.5, '43ms', '42ms'],
  [900, '900ms', '900ms'],
  [122_400_000, '34h', '34h'],
])('of %d ms a person would write %s where less does not do, %s where more does not', (ms, least, most) => {
  expect([atLeast(ms), atMost(ms)]).toEqual([least, most])
})

it('writes names so that a list of them is read back as it was', () => {
  expect(list(['tenant', 'a: b', '1', 'x-y.z'])).toBe('[tenant, "a: b", "1", x-y.z]')
  expect(list(['no', 'True'])).toBe('[no, "True"]')
})

it('says that nothing bounds a number', () => {
  expect([number(Number.POSITIVE_INFINITY), counted(Number.POSITIVE_INFINITY, 'attempt')]).toEqual(['∞', '∞ attempts'])
})

it('says rates, shares, counts and numbers with two decimals at most', () => {
  expect([rate(200), rate(1 / 3), percent(0.2), percent(0.999), number(4.126)]).toEqual([
    '200/s',
    '0.33/s',
    '20%',
    '99.9%',
    '4.13',
  ])
  expect([number(ENDLESS), rate(2 * ENDLESS)]).toEqual(['countless', 'countless/s'])
  expect([counted(1, 'attempt'), counted(3, 'attempt')]).toEqual(['1 attempt', '3 attempts'])
})
