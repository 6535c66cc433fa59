/**
 * Places on a queue, against what others publish. The figures of places.ts come from here, with TRUCE_ORACLES=full:
 * that takes some minutes; without it, the phases that tell are run.
 */
import { beforeAll, describe, expect, it, test } from 'vitest'
import { AdaptiveLimit, type AdmissionSettings, type PlaceLimit, Places } from '../../src/policy/index.js'
import { SERVICE } from '../limits/queue.js'
import { gradient2, type Rule, vegas } from '../limits/rivals.js'
import { type Phase, type Run, type Seen, serve } from './server-model.js'

const phase = (seconds: number, rate: number, workers: number, mean: number, noise?: number): Phase => ({
  seconds,
  rate,
  workers,
  mean,
  ...(noise === undefined ? {} : { noise }),
})

const SCENARIOS: Record<string, Phase[]> = {
  'half load': [phase(30, 200, 20, 50)],
  '95 % load': [phase(30, 380, 20, 50)],
  'twice the load': [phase(20, 240, 20, 50), phase(40, 800, 20, 50), phase(20, 240, 20, 50)],
  'five times the load': [phase(10, 240, 20, 50), phase(40, 2_000, 20, 50), phase(10, 240, 20, 50)],
  'a quarter of the capacity, and back': [phase(20, 400, 20, 50), phase(40, 400, 5, 50), phase(30, 500, 20, 50)],
  'four times slower, and back': [phase(20, 300, 20, 50), phase(40, 300, 20, 200), phase(30, 500, 20, 50)],
  'ten times slower, 60 workers': [phase(20, 300, 60, 50), phase(40, 300, 60, 500), phase(20, 300, 60, 50)],
  'fast: 4 workers of 2 ms': [
    phase(10, 1_500, 4, 2),
    phase(20, 4_000, 4, 2),
    phase(10, 4_000, 2, 2),
    phase(10, 4_000, 8, 2),
  ],
  'one worker of 5 ms': [phase(10, 100, 1, 5), phase(30, 400, 1, 5), phase(30, 1_000, 1, 5)],
  'slow: 540 workers of 1.35 s': [phase(60, 240, 540, 1_350), phase(60, 800, 540, 1_350), phase(60, 400, 270, 1_350)],
  'slow: 10 workers of 1 s': [
    phase(60, 6, 10, 1_000),
    phase(90, 20, 10, 1_000),
    phase(90, 20, 5, 1_000),
    phase(90, 20, 10, 1_000),
  ],
  'two workers': [phase(40, 30, 2, 50), phase(40, 80, 2, 50), phase(40, 30, 2, 50)],
  'a noisy neighbour': [phase(60, 500, 20, 50, 12)],
  'a noisy neighbour, 90 % load': [phase(60, 300, 20, 50, 12)],
}

const FULL = process.env['TRUCE_ORACLES'] === 'full'
const TELLING = ['ten times slower, 60 workers', 'slow: 10 workers of 1 s', 'two workers', 'a noisy neighbour']
const RUN = FULL ? Object.values(SCENARIOS) : TELLING.map((name) => SCENARIOS[name] as Phase[])
const SERVICES = FULL ? Object.values(SERVICE) : [SERVICE.lognormal, SERVICE.bimodal]

/** The others in windows of 1 s, without which both are worse. */
function windowed(rule: Rule): PlaceLimit {
  let exact = 20
  let inFlight = 0
  let [since, count, sum, busiest] = [0, 0, 0, 0]
  return {
    get limit() {
      return Math.max(1, Math.floor(exact))
    },
    get inFlight() {
      return inFlight
    },
    started: () => void inFlight++,
    released: () => void inFlight--,
    ended(ms, _wanted, now) {
      count++
      sum += ms
      busiest = Math.max(busiest, inFlight--)
      if (now - since < 1_000 || count < 10) return
      exact = Math.min(1_000, Math.max(1, rule(exact, sum / count, false, busiest, now)))
      since = now
      count = sum = busiest = 0
    },
  }
}

function clients(): PlaceLimit {
  const learned = new AdaptiveLimit({ initial: 20, min: 1, max: 1_000 })
  return {
    get limit() {
      return learned.limit
    },
    get inFlight() {
      return learned.inFlight
    },
    started: () => learned.started(),
    released: () => learned.released(),
    ended: (ms) => void learned.ended(ms),
  }
}

function oracle(workers: () => number): PlaceLimit {
  let inFlight = 0
  return {
    get limit() {
      return workers()
    },
    get inFlight() {
      return inFlight
    },
    started: () => void inFlight++,
    released: () => void inFlight--,
    ended: () => void inFlight--,
  }
}

const CONTESTANTS: Record<string, NonNullable<Run['limit']>> = {
  vegas: () => windowed(vegas()),
  'gradient 2': () => windowed(gradient2()),
  'the gradient of limit.ts': clients,
  places: (settings: AdmissionSettings) => new Places(settings),
  'workers, known': (_, workers) => oracle(workers),
}

describe('places, on a queue', () => {
  const figures: Record<string, { readonly mean: number; readonly worst: number }> = {}
  beforeAll(() => {
    for (const [name, limit] of Object.entries(CONTESTANTS)) {
      const all: Seen[] = SERVICES.flatMap((service) => RUN.flatMap((phases) => serve({ phases, service, limit })))
      const scores = all.map(({ score }) => score)
      const mean = (100 * scores.reduce((sum, score) => sum + score, 0)) / scores.length
      figures[name] = { mean, worst: 100 * Math.min(...scores) }
    }
  }, 600_000)

  test.runIf(FULL).each([
    ['vegas', 87, 1],
    ['gradient 2', 89, 7],
    ['the gradient of limit.ts', 93, 3],
    ['places', 98, 83],
    ['workers, known', 98, 82],
  ])('%s has the figures that places.ts gives: %d, %d', (name, mean, worst) => {
    // The last digits of a logarithm are the platform's.
    expect(Math.abs((figures[name]?.mean as number) - mean)).toBeLessThan(2)
    expect(Math.abs((figures[name]?.worst as number) - worst)).toBeLessThan(6)
  })

  it('serves as much as whoever knows the workers', () => {
    expect(figures['places']?.mean).toBeGreaterThan((figures['workers, known']?.mean as number) - 2)
  })

  it.each(['vegas', 'gradient 2', 'the gradient of limit.ts'])(
    'serves more than %s, in the mean and at worst',
    (name) => {
      expect(figures['places']?.mean).toBeGreaterThan((figures[name]?.mean as number) + 2)
      expect(figures['places']?.worst).toBeGreaterThan((figures[name]?.worst as number) + 20)
    },
  )
})
