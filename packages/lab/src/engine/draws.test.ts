import { expect, test } from 'vitest'
import { Draws, hash } from './draws.js'
import { meanOf, sampler } from './sampler.js'

const N = 200_000

test.each([
  ['along the first number', (i: number) => [i, 1]],
  ['along the second', (i: number) => [1, i]],
  ['along hashed keys', (i: number) => [hash(0, i), 1]],
])('uniform %s: all hundredths alike, neighbours not alike', (_, place) => {
  const draws = new Draws(7, 'test')
  const bins = new Float64Array(100)
  let [sum, product, before] = [0, 0, 0]
  let inside = true
  for (let i = 0; i < N; i++) {
    const [a = 0, b = 0] = place(i)
    const u = draws.at(a, b)
    inside &&= u > 0 && u < 1
    const bin = Math.floor(u * 100)
    bins[bin] = (bins[bin] as number) + 1
    sum += u
    product += (u - 0.5) * (before - 0.5)
    before = u
  }
  expect(inside).toBe(true)
  const chiSquare = bins.reduce((all, count) => all + (count - N / 100) ** 2 / (N / 100), 0)
  // 99 degrees of freedom: 99 ± 14.
  expect(chiSquare).toBeLessThan(99 + 4 * 14.1)
  expect(Math.abs(sum / N - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / N))
  expect(Math.abs(product / N)).toBeLessThan((4 * (1 / 12)) / Math.sqrt(N))
})

test('purposes and seeds have nothing to do with each other', () => {
  const all = [new Draws(7, 'service/a'), new Draws(7, 'service/b'), new Draws(8, 'service/a')]
  expect(new Set(all.map((draws) => draws.at(1, 1))).size).toBe(3)
  expect(new Draws(7, 'service/a').at(1, 1)).toBe(all[0]?.at(1, 1))
})

test('pinned: the same numbers on every machine and version', () => {
  const draws = new Draws(7, 'service/registry')
  expect([draws.at(1, 1), draws.at(1, 2), draws.next(), draws.next()]).toMatchInlineSnapshot(`
    [
      0.9307395560899749,
      0.5970505956793204,
      0.826810973114334,
      0.9830060220556334,
    ]
  `)
})

test.each([
  { kind: 'exponential', mean: 20 },
  { kind: 'lognormal', p50: 20, p99: 100 },
  { kind: 'constant', value: 20 },
] as const)('$kind: its mean', (distribution) => {
  const draws = new Draws(3, 'mean')
  const sample = sampler(distribution)
  let [sum, squares] = [0, 0]
  for (let i = 0; i < N; i++) {
    const ms = sample(draws.at(i, 0))
    sum += ms
    squares += ms * ms
  }
  const deviation = Math.sqrt(Math.max(0, squares / N - (sum / N) ** 2))
  expect(Math.abs(sum / N - meanOf(distribution))).toBeLessThanOrEqual((4 * deviation) / Math.sqrt(N) + 1e-9)
})

test('lognormal: median and 99th percentile are as written', () => {
  const sample = sampler({ kind: 'lognormal', p50: 20, p99: 100 })
  expect(Math.abs(sample(0.5) - 20)).toBeLessThan(1e-9)
  expect(Math.abs(sample(0.99) - 100)).toBeLessThan(1e-6)
})
