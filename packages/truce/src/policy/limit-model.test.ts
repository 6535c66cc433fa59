/**
 * The limit on a queue, against what others publish: the figures of limit.ts come from here.
 *
 * One client, Poisson arrivals, a dependency with so many workers and one FIFO queue; an attempt over the
 * limit is refused at once, one that takes longer than 1 s times out (and is still worked on). Seeded,
 * so the figures are the same in every run. `score` is what was answered in time of what could be served.
 */
import { beforeAll, describe, expect, it, test } from 'vitest'
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

type Random = () => number
function seeded(seed: number): Random {
  let state = seed
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  for (let n = 0; n < 10; n++) next()
  return next
}

/** Service times of mean 1. */
const SERVICE: Record<string, (u: Random) => number> = {
  exponential: (u) => -Math.log(u()),
  lognormal: (u) => Math.exp(0.5 * Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u()) - 0.125),
  bimodal: (u) => (u() < 0.9 ? 0.5 : 5.5),
}

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

/** Events by time, then by age: a binary heap. */
class Agenda {
  readonly #heap: { at: number; age: number; act: () => void }[] = []
  #age = 0
  now = 0

  at(time: number, act: () => void): void {
    const heap = this.#heap
    let hole = heap.push({ at: time, age: this.#age++, act }) - 1
    while (hole > 0 && this.#before(hole, (hole - 1) >> 1)) hole = this.#swap(hole, (hole - 1) >> 1)
  }

  /** Does what is next; `false` where there is nothing left. */
  step(): boolean {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (!first || !last) return false
    if (heap.length > 0) {
      heap[0] = last
      for (let hole = 0; ;) {
        let child = 2 * hole + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && this.#before(child + 1, child)) child++
        if (!this.#before(child, hole)) break
        hole = this.#swap(hole, child)
      }
    }
    this.now = first.at
    first.act()
    return true
  }

  #before(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]] as [{ at: number; age: number }, { at: number; age: number }]
    return a.at < b.at || (a.at === b.at && a.age < b.age)
  }

  /** @returns where the first of the two is now */
  #swap(one: number, other: number): number {
    const heap = this.#heap as unknown[]
    const held = heap[one]
    heap[one] = heap[other]
    heap[other] = held
    return other
  }
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

/** The others, as published (anchors: Netflix concurrency-limits; AIMD with a step a limit's worth, as in TCP). */
type Rule = (limit: number, ms: number, dropped: boolean, inFlight: number, now: number) => number
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

function vegas(): Limiter {
  let least = Number.POSITIVE_INFINITY
  let count = 0
  return following((limit, ms, dropped, inFlight) => {
    if (++count > 30 * limit) least = ((count = 0), ms)
    least = Math.min(least, ms)
    const log = Math.max(1, Math.log10(limit))
    if (dropped) return limit - log
    if (inFlight * 2 < limit) return limit
    const queued = Math.ceil(limit * (1 - least / ms))
    return queued <= log ? limit + 6 * log : queued < 3 * log ? limit + log : queued > 6 * log ? limit - log : limit
  })
}

function gradient2Of(): Rule {
  let long = 0
  let count = 0
  return (limit, ms, _, inFlight) => {
    count++
    long += (ms - long) * (count <= 10 ? 1 / count : 2 / 601)
    if (long / ms > 2) long *= 0.95
    if (inFlight < limit / 2) return limit
    return limit * 0.8 + 0.2 * (limit * Math.max(0.5, Math.min(1, (1.5 * long) / ms)) + 4)
  }
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
  vegas,
  'gradient 2': () => following(gradient2Of()),
  'gradient 2, windowed': () => following(windowed(gradient2Of())),
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
