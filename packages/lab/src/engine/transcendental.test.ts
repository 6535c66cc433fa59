import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp, ln, normalQuantile } from './transcendental.js'

const relative = (found: number, expected: number) => Math.abs(found - expected) / Math.max(1e-300, Math.abs(expected))

test.each([
  ['of any number', 1e-300, 1e300],
  ['of what draws give', 2 ** -33, 1],
  ['next to 1', 0.99, 1.01],
])('ln is the logarithm, to within a few units of the last place: %s', (_of, min, max) => {
  fc.assert(
    fc.property(fc.double({ min, max, noNaN: true }), (x) => {
      const log = Math.log(x)
      expect(Math.abs(ln(x) - log)).toBeLessThan(Math.max(4e-16, 3 * Number.EPSILON * Math.abs(log)))
    }),
    { numRuns: 5_000 },
  )
})

test('ln of 1 is 0, and of e 1', () => expect([ln(1), ln(Math.E)]).toEqual([0, 1]))

test('ln has no step at the bounds of its cells', () => {
  const at = (high: number, low: number) => new Float64Array(new Uint32Array([low, high]).buffer)[0] as number
  // Every bound from 1/2 to 2.
  for (let high = 0x3fe00000; high <= 0x40000000; high += 1 << 13) {
    const step = ln(at(high, 0)) - ln(at(high - 1, 0xffffffff))
    expect(Math.abs(step), `at ${at(high, 0)}`).toBeLessThan(4e-16)
  }
})

test('exp is the exponential', () => {
  fc.assert(
    fc.property(fc.double({ min: -600, max: 600, noNaN: true }), (x) => {
      expect(relative(exp(x), Math.exp(x))).toBeLessThan(1e-13)
    }),
    { numRuns: 5_000 },
  )
  expect(exp(0)).toBe(1)
})

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.99, 2.3263478740408408],
  [0.01, -2.3263478740408408],
  [0.999, 3.090232306167813],
  [1e-6, -4.753424308822899],
])('the normal quantile of %d is %d', (p, z) => expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-8))

test('pinned: the same bits on every machine and version', () => {
  expect([ln(0.3), exp(0.3), normalQuantile(0.3)]).toEqual([
    -1.203972804325936, 1.3498588075760032, -0.5244005132792953,
  ])
})
