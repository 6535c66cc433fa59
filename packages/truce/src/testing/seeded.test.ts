import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { seeded } from './seeded.js'

const draw = (seed: number, count: number) => {
  const random = seeded(seed)
  return Array.from({ length: count }, () => random())
}

describe('seeded', () => {
  // Written down: another machine, engine or version must not change what a seed means.
  test.each<[number, number[]]>([
    [0, [2010840996, 3850717725, 3384943377]],
    [7, [1353424115, 992234961, 4262742428]],
    [-1.5, [1832301942, 1712123614, 1740389008]],
  ])('seed %d', (seed, expected) => {
    expect(draw(seed, 3).map((u) => u * 2 ** 32)).toEqual(expected)
  })

  it('lies in [0, 1) and is the same again', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (seed) => {
        const drawn = draw(seed, 20)
        expect(drawn.every((u) => u >= 0 && u < 1)).toBe(true)
        expect(draw(seed, 20)).toEqual(drawn)
      }),
    )
  })

  // Nearby seeds of weak generators start alike: instances 1, 2, 3 would back off in step.
  it('starts anywhere for neighbouring seeds', () => {
    const firsts = Array.from({ length: 10_000 }, (_, seed) => seeded(seed)())
    expect(new Set(firsts).size).toBeGreaterThan(9_990)
    expect(share(firsts)).toBeLessThan(30)
  })

  it('is uniform, pair by pair too', () => {
    const drawn = draw(42, 100_000)
    expect(share(drawn)).toBeLessThan(30)
    expect(share(drawn.flatMap((u, i) => (i % 2 ? [(u + (drawn[i - 1] as number)) % 1] : [])))).toBeLessThan(30)
  })

  it('knows no difference between 0 and -0', () => {
    expect(draw(-0, 3)).toEqual(draw(0, 3))
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is no seed', (seed) => {
    expect(() => seeded(seed)).toThrow('give a finite number')
  })
})

/** Chi-square over ten bins; 30 is exceeded by chance once in 2,000 (9 degrees of freedom). */
function share(drawn: readonly number[]): number {
  const bins = Array.from({ length: 10 }, () => 0)
  for (const u of drawn) bins[Math.floor(u * 10)] = (bins[Math.floor(u * 10)] as number) + 1
  const expected = drawn.length / 10
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
