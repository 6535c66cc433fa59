/**
 * How long it takes to serve what can be served after something changed: within 20 % of it, second by second.
 */
import { describe, expect, test } from 'vitest'
import { type Random, SERVICE } from '../limits/queue.js'
import { type Phase, serve } from './server-model.js'

interface Case {
  readonly name: string
  readonly before: Omit<Phase, 'seconds'>
  readonly after: Omit<Phase, 'seconds'>
  /** Seconds after the change. */
  readonly within: number
  /** Seconds before and after the change: 30 and 60 where not said. */
  readonly lasts?: readonly [number, number]
  /** A second is too short to count in where requests are few. */
  readonly bucket?: number
}

const CASES: readonly Case[] = [
  {
    name: '20 workers of 50 ms, a quarter left',
    before: { rate: 320, workers: 20, mean: 50 },
    after: { rate: 320, workers: 5, mean: 50 },
    within: 5,
  },
  {
    name: '5 workers of 50 ms, then 20',
    before: { rate: 500, workers: 5, mean: 50 },
    after: { rate: 500, workers: 20, mean: 50 },
    within: 5,
  },
  {
    name: '20 workers, four times slower',
    before: { rate: 300, workers: 20, mean: 50 },
    after: { rate: 300, workers: 20, mean: 200 },
    within: 10,
  },
  {
    name: 'fast: 4 workers of 2 ms, then 8',
    before: { rate: 5_000, workers: 4, mean: 2 },
    after: { rate: 5_000, workers: 8, mean: 2 },
    within: 5,
    lasts: [5, 10],
  },
  {
    name: 'fast: 8 workers of 2 ms, then 2',
    before: { rate: 3_000, workers: 8, mean: 2 },
    after: { rate: 3_000, workers: 2, mean: 2 },
    within: 3,
    lasts: [5, 10],
  },
  {
    name: 'slow: 100 workers of 1 s, a quarter left',
    before: { rate: 90, workers: 100, mean: 1_000 },
    after: { rate: 90, workers: 25, mean: 1_000 },
    within: 20,
    bucket: 10,
  },
  {
    name: 'slow: 25 workers of 1 s, then 100',
    before: { rate: 150, workers: 25, mean: 1_000 },
    after: { rate: 150, workers: 100, mean: 1_000 },
    within: 30,
    bucket: 10,
  },
  {
    name: 'a noisy neighbour takes 5 of 20 workers now and then, half of the rest is lost',
    before: { rate: 500, workers: 20, mean: 50, noise: 5 },
    after: { rate: 500, workers: 10, mean: 50, noise: 2 },
    within: 10,
    bucket: 2,
  },
]

/** Share of the optimum served in each bucket after the change. */
function after(
  { before, after: then, bucket = 1, lasts = [30, 60] }: Case,
  service: (u: Random) => number,
  seed: number,
): number[] {
  const [first, seconds] = lasts
  const counts = Array.from({ length: seconds / bucket }, () => 0)
  serve({
    phases: [
      { ...before, seconds: first },
      { ...then, seconds },
    ],
    service,
    seed,
    onServed: (_, now) => {
      const place = Math.floor((now - 1_000 * first) / (1_000 * bucket))
      if (place >= 0 && place < counts.length) counts[place] = (counts[place] as number) + 1
    },
  })
  const { rate, workers, mean, noise = 0 } = then
  const optimum = bucket * Math.min(rate, ((workers - noise) * 1_000) / mean)
  return counts.map((count) => count / optimum)
}

describe('after a change, within 20 % of the optimum', () => {
  test.each(CASES)(
    '$name: within $within s',
    (each) => {
      for (const service of [SERVICE.lognormal, SERVICE.exponential]) {
        const shares = [1, 2, 3].map((seed) => after(each, service, seed))
        const from = Math.ceil(each.within / (each.bucket ?? 1))
        // Of three runs: chance alone takes some 10 % of a second's hundred.
        const means = (shares[0] as number[]).map(
          (_, i) => shares.reduce((sum, run) => sum + (run[i] as number), 0) / shares.length,
        )
        expect(Math.min(...means.slice(from))).toBeGreaterThan(0.8)
      }
    },
    60_000,
  )
})
