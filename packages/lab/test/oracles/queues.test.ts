/**
 * Queues whose waits are known in closed form.
 *
 * @see A. K. Erlang (1917); F. Pollaczek, A. Khinchine (1930, 1932) for M/D/1
 */
import { expect, test } from 'vitest'
import { Agenda } from '../../src/engine/agenda.js'
import { Draws, hash } from '../../src/engine/draws.js'
import { ln } from '../../src/engine/transcendental.js'
import { AT_SERVER, Attempts } from '../../src/model/attempts.js'
import { event, kindOf, RETURNS, SERVED, subjectOf } from '../../src/model/events.js'
import { FULL as NO_PLACE, OK } from '../../src/model/outcomes.js'
import { type AroundServer, Server } from '../../src/model/server.js'
import type { Distribution } from '../../src/scenario/model.js'
import { BatchMeans, errorsFrom, type Estimate, FULL } from './batch.js'

const ARRIVALS = FULL ? 10_000_000 : 1_000_000

interface Found {
  /** Arrivals that found all workers busy. */
  readonly waits: Estimate
  /** Time from arrival to answer, seconds. */
  readonly inSystem: Estimate
  readonly lost: Estimate
}

/** Poisson arrivals, `rate` a second, at the lab's server. */
function run(rate: number, workers: number, service: Distribution, queue = 1e9): Found {
  const agenda = new Agenda()
  const attempts = new Attempts()
  const draws = new Draws(1, 'arrivals')
  const [waits, inSystem, lost] = [new BatchMeans(ARRIVALS), new BatchMeans(ARRIVALS), new BatchMeans(ARRIVALS)]
  const around: AroundServer = {
    agenda,
    attempts,
    seed: 7,
    returned(attempt, now) {
      const outcome = attempts.outcome[attempt]
      if (outcome === OK) inSystem.add((now - (attempts.startedAt[attempt] as number)) / 1_000)
      lost.add(outcome === NO_PLACE ? 1 : 0)
      attempts.drop(attempt, AT_SERVER)
    },
    release: (attempt, flag) => void attempts.drop(attempt, flag),
    tookEffect() {},
    callBelow() {},
    originOf: () => ({ caller: '', background: false }),
  }
  const model = {
    name: 'queue',
    workers,
    queue,
    service,
    loaded: undefined,
    network: undefined,
    calls: [],
    instances: 1,
    deadlines: false,
    admits: undefined,
    admission: undefined,
    faults: [],
  }
  const server = new Server(0, model, around)
  const ARRIVES = 15
  agenda.add(0, event(ARRIVES, 0))
  let made = 0
  for (let what = agenda.take(); what >= 0; what = agenda.take()) {
    const { now } = agenda
    if (kindOf(what) === SERVED) server.served(subjectOf(what), now)
    else if (kindOf(what) === RETURNS) around.returned(subjectOf(what), now)
    else if (made < ARRIVALS) {
      waits.add(server.busy >= workers ? 1 : 0)
      const attempt = attempts.take(AT_SERVER)
      attempts.number[attempt] = 1
      attempts.key[attempt] = hash(0, made)
      attempts.startedAt[attempt] = now
      server.send(attempt, now)
      agenda.add(now - (1_000 / rate) * ln(draws.at(made++, 0)), event(ARRIVES, 0))
    }
  }
  expect(attempts.inUse).toBe(0)
  return { waits: waits.estimate, inSystem: inSystem.estimate, lost: lost.estimate }
}

const exponential = (rate: number): Distribution => ({ kind: 'exponential', mean: 1_000 / rate })

/** λ, μ and c of the notes; Erlang C, W in seconds. */
test.each([
  ['M/M/1', 8, 10, 1, 0.8, 0.5],
  ['M/M/2', 15, 10, 2, 0.64286, 0.22857],
  ['M/M/10', 80, 10, 10, 0.40918, 0.12046],
  ['M/M/10, 95 %', 95, 10, 10, 0.82559, 0.26512],
])('%s: Erlang C and the time in the system, within four standard errors', { timeout: 300_000 }, (...row) => {
  const [, rate, served, workers, erlangC, time] = row
  const { waits, inSystem } = run(rate, workers, exponential(served))
  expect(errorsFrom(erlangC, waits)).toBeLessThan(4)
  expect(errorsFrom(time, inSystem)).toBeLessThan(4)
  // An error so wide that everything lies within four of it would say nothing.
  expect(waits.error / erlangC).toBeLessThan(0.02)
  expect(inSystem.error / time).toBeLessThan(0.05)
})

/** B(0) = 1, B(k) = aB/(k + aB). */
function erlangB(load: number, workers: number): number {
  let blocked = 1
  for (let k = 1; k <= workers; k++) blocked = (load * blocked) / (k + load * blocked)
  return blocked
}

test.each([
  [5, 1, 5],
  [8, 1, 10],
  [95, 10, 10],
])('M/M/c/c at λ %d, μ %d, c %d: Erlang B', { timeout: 300_000 }, (rate, served, workers) => {
  const { lost } = run(rate, workers, exponential(served), 0)
  const expected = erlangB(rate / served, workers)
  expect(errorsFrom(expected, lost)).toBeLessThan(4)
  expect(lost.error / expected).toBeLessThan(0.02)
})

test.each([
  [8, 10],
  [5, 10],
])('M/D/1 at λ %d, μ %d: Pollaczek and Khinchine', { timeout: 300_000 }, (rate, served) => {
  const { inSystem } = run(rate, 1, { kind: 'constant', value: 1_000 / served })
  const load = rate / served
  const expected = 1 / served + load / (2 * served * (1 - load))
  expect(errorsFrom(expected, inSystem)).toBeLessThan(4)
  expect(inSystem.error / expected).toBeLessThan(0.02)
})
