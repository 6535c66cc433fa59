/**
 * The limit on a queue, against what others publish: the figures of limit.ts come from here.
 *
 * One client, Poisson arrivals, a dependency with so many workers and one FIFO queue; an attempt over the
 * limit is refused at once, one that takes longer than 1 s times out (and is still worked on). Seeded,
 * so the figures are the same in every run. `score` is what was answered in time of what could be served.
 */
import { beforeAll, describe, expect, it, test } from 'vitest'
import { Agenda, type Random, seeded, SERVICE as SERVICES } from '../../test/limits/queue.js'
import { gradient2, type Rule, vegas } from '../../test/limits/rivals.js'
import { AdaptiveLimit, LIMIT } from './limit.js'

const TIMEOUT = 1_000

/** What all the contestants are asked. */
interface Limiter {
  readonly limit: number
  readonly inFlight: number
  started(): void
  ended(ms: number, dropped: boolean, now: number): void
}

interface Phase {
  readonly seconds: number
  /** Arrivals a second. */
  readonly rate: number
  readonly workers: number
  /** Mean service time, ms. */
  readonly mean: number
}

const { exponential, lognormal, bimodal } = SERVICES
const SERVICE = { exponential, lognormal, bimodal }

const phase = (seconds: number, rate: number, workers: number, mean: number): Phase => ({
  seconds,
  rate,
  workers,
  mean,
})
const SCENARIOS: Record<string, Phase[]> = {
  'half load': [phase(30, 200, 20, 50)],
  '90 % load': [phase(30, 360, 20, 50)],
  'load step': [phase(20, 240, 20, 50), phase(40, 800, 20, 50), phase(20, 240, 20, 50)],
  'capacity loss': [phase(20, 320, 20, 50), phase(40, 320, 5, 50), phase(20, 320, 20, 50)],
  'slow dependency': [phase(20, 200, 20, 50), phase(40, 200, 20, 200), phase(40, 200, 20, 50)],
  'long overload': [phase(120, 600, 20, 50)],
  'a hundred workers': [phase(10, 2_000, 100, 40), phase(10, 4_000, 100, 40), phase(10, 2_000, 100, 40)],
  'two workers': [phase(40, 30, 2, 50), phase(40, 80, 2, 50), phase(40, 30, 2, 50)],
}

interface Figures {
  /** Answered in time, of what could be served, in each phase. */
  readonly scores: number[]
  /** Median latency of answers over the mean service time, in each phase. */
  readonly latencies: number[]
}

function simulate(limiter: Limiter, phases: Phase[], service: (u: Random) => number, seed: number): Figures {
  const [arrivals, work] = [seeded(seed * 7_919), seeded(seed + 11)]
  const agenda = new Agenda()
  const ends = phases.map(
    (_, index) => 1_000 * phases.slice(0, index + 1).reduce((sum, { seconds }) => sum + seconds, 0),
  )
  const indexAt = (now: number) => Math.min(phases.length - 1, ends.filter((end) => end <= now).length)
  const seen = phases.map(() => ({ arrived: 0, latencies: [] as number[] }))
  const queue: { at: number; phase: number; over: boolean }[] = []
  let head = 0
  let busy = 0
  const serve = () => {
    const { workers, mean } = phases[indexAt(agenda.now)] as Phase
    while (busy < workers && head < queue.length) {
      const attempt = queue[head++] as (typeof queue)[number]
      busy++
      agenda.at(agenda.now + mean * service(work), () => {
        busy--
        if (!attempt.over) {
          attempt.over = true
          limiter.ended(agenda.now - attempt.at, false, agenda.now)
          seen[attempt.phase]?.latencies.push(agenda.now - attempt.at)
        }
        serve()
      })
    }
  }
  const arrive = () => {
    const index = indexAt(agenda.now)
    if (agenda.now >= (ends.at(-1) as number)) return
    agenda.at(agenda.now - (Math.log(arrivals()) * 1_000) / (phases[index] as Phase).rate, arrive)
    const counts = seen[index] as (typeof seen)[number]
    counts.arrived++
    if (limiter.inFlight >= limiter.limit) return
    limiter.started()
    const attempt = { at: agenda.now, phase: index, over: false }
    queue.push(attempt)
    agenda.at(agenda.now + TIMEOUT, () => {
      if (attempt.over) return
      attempt.over = true
      limiter.ended(TIMEOUT, true, agenda.now)
    })
    serve()
  }
  agenda.at(0, arrive)
  while (agenda.now < (ends.at(-1) as number) + 2 * TIMEOUT && agenda.step());
  return {
    scores: seen.map(({ arrived, latencies }, index) => {
      const { rate, workers, mean } = phases[index] as Phase
      return Math.min(1, latencies.length / arrived / Math.min(1, (workers * 1_000) / mean / rate))
    }),
    latencies: seen.map(({ latencies }, index) => {
      const sorted = latencies.toSorted((a, b) => a - b)
      return (sorted[sorted.length >> 1] ?? 0) / (phases[index] as Phase).mean
    }),
  }
}

/** The others: as published, and AIMD with a step a limit's worth, as in TCP. */
function following(rule: Rule): Limiter {
  let exact: number = LIMIT.initial
  let inFlight = 0
  return {
    get limit() {
      return Math.max(1, Math.floor(exact))
    },
    get inFlight() {
      return inFlight
    },
    started: () => void inFlight++,
    ended(ms, dropped, now) {
      exact = Math.min(LIMIT.max, Math.max(1, rule(exact, ms, dropped, inFlight--, now)))
    },
  }
}

function aimd(): Limiter {
  let sinceCut = 0
  return following((limit, _, dropped, inFlight) => {
    sinceCut++
    if (dropped && sinceCut > limit) {
      sinceCut = 0
      return limit * 0.9
    }
    return !dropped && inFlight * 2 >= limit ? limit + 1 / limit : limit
  })
}

/** Of windows of a second, and of ten outcomes at least. */
function windowed(rule: Rule): Rule {
  let [since, count, sum, busiest] = [0, 0, 0, 0]
  return (limit, ms, dropped, inFlight, now) => {
    count++
    sum += ms
    busiest = Math.max(busiest, inFlight)
    if (now - since < 1_000 || count < 10) return limit
    const next = rule(limit, sum / count, dropped, busiest, now)
    since = now
    count = sum = busiest = 0
    return next
  }
}

const CONTESTANTS: Record<string, () => Limiter> = {
  none: () => ({ limit: Number.POSITIVE_INFINITY, inFlight: 0, started: () => {}, ended: () => {} }),
  vegas: () => following(vegas()),
  'gradient 2': () => following(gradient2()),
  'gradient 2, windowed': () => following(windowed(gradient2())),
  aimd,
  own: () => new AdaptiveLimit(LIMIT),
}

/** [mean score, worst score of a phase, mean latency], the scores in %. */
type Summary = [mean: number, worst: number, latency: number]
function summary(make: () => Limiter): Summary {
  const all = Object.values(SERVICE).flatMap((service) =>
    Object.values(SCENARIOS).map((phases) => simulate(make(), phases, service, 1)),
  )
  const scores = all.flatMap((run) => run.scores)
  const latencies = all.flatMap((run) => run.latencies)
  const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / list.length
  return [100 * mean(scores), 100 * Math.min(...scores), mean(latencies)]
}

describe('limit, on a queue', () => {
  let figures: Record<string, Summary> = {}
  const of = (name: string) => figures[name] as Summary
  beforeAll(() => {
    figures = Object.fromEntries(Object.entries(CONTESTANTS).map(([name, make]) => [name, summary(make)]))
  }, 120_000)

  test.each<[string, ...Summary]>([
    ['none', 44, 0, 3.8],
    ['vegas', 63, 6, 0.9],
    ['gradient 2', 70, 0, 1.9],
    ['gradient 2, windowed', 86, 29, 1.3],
    ['aimd', 98, 69, 3.2],
    ['own', 99, 87, 1.9],
  ])('%s has the figures that limit.ts gives: %d, %d, %d', (name, mean, worst, latency) => {
    // The last digits of a logarithm are the platform's.
    expect(Math.abs(of(name)[0] - mean)).toBeLessThan(2)
    expect(Math.abs(of(name)[1] - worst)).toBeLessThan(5)
    expect(Math.abs(of(name)[2] - latency)).toBeLessThan(0.3)
  })

  it('serves more of what can be served than any other, in the mean and in the worst phase', () => {
    const others = Object.keys(CONTESTANTS).filter((name) => name !== 'own')
    for (const figure of [0, 1] as const) {
      expect(of('own')[figure]).toBeGreaterThan(Math.max(...others.map((name) => of(name)[figure])))
    }
  })
})
