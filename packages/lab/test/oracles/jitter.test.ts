/**
 * The jitter experiment: clients that write one row under optimistic concurrency, each until it succeeded once.
 *
 * A small model of its own on the lab's agenda, draws and the shipped backoff. Every hop takes |Normal(10, 2)| ms; the
 * expected means and deviations are those of 100 (at N = 100: 60) trials of the published script.
 *
 * @see M. Brooker, "Exponential Backoff and Jitter" (2015)
 */
import { expect, test } from 'vitest'
import { type Backoff, wait } from 'truce/policy'
import { Agenda } from '../../src/engine/agenda.js'
import { Draws } from '../../src/engine/draws.js'
import { normalQuantile } from '../../src/engine/transcendental.js'
import { estimate } from './batch.js'

const TRIALS = 100
const [READS, HAS_READ, WRITES, HAS_WRITTEN] = [0, 1, 2, 3]

/** One trial: writes in all, and when the last client was done. */
function trial(clients: number, backoff: Backoff | null, seed: number): { calls: number; ms: number } {
  const agenda = new Agenda()
  const hops = new Draws(seed, 'hops')
  const { next: random } = new Draws(seed, 'backoff')
  const hop = () => Math.abs(10 + 2 * normalQuantile(hops.next()))
  const [seen, failed] = [new Int32Array(clients), new Int32Array(clients)]
  const waited = new Float64Array(clients).fill(backoff?.initial ?? 0)
  const wins = new Uint8Array(clients)
  let [version, calls] = [0, 0]
  for (let client = 0; client < clients; client++) agenda.add(hop(), client * 4 + READS)
  for (let what = agenda.take(); what >= 0; what = agenda.take()) {
    const client = what >> 2
    switch (what & 3) {
      case READS:
        seen[client] = version
        agenda.add(agenda.now + hop(), client * 4 + HAS_READ)
        break
      case HAS_READ:
        agenda.add(agenda.now + hop(), client * 4 + WRITES)
        break
      case WRITES:
        calls++
        wins[client] = seen[client] === version ? 1 : 0
        if (wins[client] === 1) version++
        agenda.add(agenda.now + hop(), client * 4 + HAS_WRITTEN)
        break
      case HAS_WRITTEN: {
        if (wins[client] === 1) break
        // The published script counts from 1: its first wait is already doubled.
        const retry = (failed[client] as number) + 1
        failed[client] = retry
        waited[client] = backoff === null ? 0 : wait(backoff, retry, waited[client] as number, random)
        agenda.add(agenda.now + (waited[client] as number) + hop(), client * 4 + READS)
      }
    }
  }
  return { calls, ms: agenda.now }
}

const kind = (jitter: Backoff['jitter']): Backoff => ({ initial: 5, factor: 2, max: 2_000, jitter })

/** N, calls (deviation), ms (deviation), trials of the reference. */
test.each([
  ['none', 10, null, 51.5, 3.6, 383, 31, 100],
  ['exponential', 10, kind('none'), 50.9, 4.1, 3_480, 1_290, 100],
  ['equal', 10, kind('equal'), 42.2, 2.5, 727, 183, 100],
  ['full', 10, kind('full'), 39.0, 2.0, 462, 104, 100],
  ['decorrelated', 10, kind('decorrelated'), 37.9, 2.2, 442, 81, 100],
  ['none', 100, null, 2_422, 31, 2_035, 44, 60],
  ['exponential', 100, kind('none'), 1_865, 61, 63_923, 3_811, 60],
  ['equal', 100, kind('equal'), 811.3, 8.7, 6_506, 635, 60],
  ['full', 100, kind('full'), 795.6, 8.0, 4_983, 432, 60],
  ['decorrelated', 100, kind('decorrelated'), 1_003.9, 25, 4_603, 642, 60],
] as const)('%s at N = %d: calls and time within four standard errors', { timeout: 60_000 }, (...row) => {
  const [, clients, backoff, calls, callsDeviation, ms, msDeviation, trials] = row
  const all = Array.from({ length: TRIALS }, (_, seed) => trial(clients, backoff, seed))
  // Both means are of trials: the difference has the errors of both.
  const within = (found: { mean: number; error: number }, expected: number, deviation: number) =>
    Math.abs(found.mean - expected) / Math.hypot(found.error, deviation / Math.sqrt(trials))
  expect(within(estimate(all.map((each) => each.calls)), calls, callsDeviation)).toBeLessThan(4)
  expect(within(estimate(all.map((each) => each.ms)), ms, msDeviation)).toBeLessThan(4)
})

test('one client calls once, in about 40 ms', () => {
  const all = Array.from({ length: TRIALS }, (_, seed) => trial(1, kind('full'), seed))
  expect(all.every(({ calls }) => calls === 1)).toBe(true)
  expect(Math.abs(estimate(all.map(({ ms }) => ms)).mean - 40)).toBeLessThan(4 * (4 / Math.sqrt(TRIALS)))
})
