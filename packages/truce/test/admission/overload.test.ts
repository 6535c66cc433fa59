/**
 * A small service that was half idle, and is asked for twice or five times what it can: what it serves, and how long
 * those whom it serves take, against a service at rest.
 */
import { describe, expect, test } from 'vitest'
import { SERVICE } from '../limits/queue.js'
import { serve } from './server-model.js'

/** 5 workers of 100 ms: 50 a second. */
const CAPACITY = 50
const [CALM, LEARNS, LASTS] = [5, 3, 10]
const SEEDS = [1, 2, 3, 4, 5, 6]

const p99 = (all: number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? Number.NaN

/** From 3 s after it begins. */
function overload(times: number, service: (typeof SERVICE)['lognormal']) {
  const [atRest, loaded]: [number[], number[]] = [[], []]
  let good = 0
  for (const seed of SEEDS) {
    serve({
      phases: [
        { seconds: CALM, rate: CAPACITY / 2, workers: 5, mean: 100 },
        { seconds: LEARNS + LASTS, rate: times * CAPACITY, workers: 5, mean: 100 },
      ],
      service,
      seed,
      says: (request, _, now) => void (request.deadline = now + 800),
      onServed(request, now) {
        const took = now - request.at
        if (request.at < CALM * 1_000) atRest.push(took)
        if (request.at < (CALM + LEARNS) * 1_000) return
        loaded.push(took)
        if (now <= request.deadline) good++
      },
    })
  }
  return { goodput: good / (SEEDS.length * LASTS * CAPACITY), p99Ratio: p99(loaded) / p99(atRest) }
}

describe.each([2, 5])('%d times what a small service can', (times) => {
  test.each(['lognormal', 'exponential', 'bimodal'] as const)(
    '%s: it serves 9 of 10 of that, in three times the time at most',
    (name) => {
      const { goodput, p99Ratio } = overload(times, SERVICE[name])
      expect(goodput).toBeGreaterThan(0.9)
      expect(p99Ratio).toBeLessThan(3)
    },
  )
})
