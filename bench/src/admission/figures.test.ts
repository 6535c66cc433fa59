import { expect, test } from 'vitest'
import { goodput, peakOf, quantile, rateOf, recoveredAfter } from './figures.js'

const call = (began: number, ok: boolean) => ({ began, ended: began + 100, ok })

test('goodput counts what ended well within the time', () => {
  expect(goodput([call(0, true), call(500, true), call(600, false), call(1_900, true)], 0, 2_000)).toBe(1)
})

test('a quantile is one of the values', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(3)
  expect(quantile([7], 0.99)).toBe(7)
})

test('a rate is of all the time, a peak of its worst second', () => {
  const came = { 0: 5, 9: 5, 10: 20, 19: 1 }
  expect(rateOf(came, 0, 2_000)).toBe(15.5)
  expect(peakOf(came, 0, 2_000)).toBe(25)
})

test('a service has recovered once 99 of 100 that begin are served, and goes on so', () => {
  const calls = Array.from({ length: 400 }, (_, n) => call(n * 20, n * 20 >= 1_000))
  expect(recoveredAfter(calls, 0, 8_000)).toBe(1_000)
  expect(recoveredAfter([...calls, ...Array.from({ length: 9 }, () => call(7_900, false))], 0, 8_000)).toBe(null)
})
