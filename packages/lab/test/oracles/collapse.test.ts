/**
 * The collapse: a server that gets slower with load, callers who give up and come again. It does not come back by
 * itself, long after what started it is over.
 *
 * @see M. Brooker, "simple collapse" (2022); N. Bronson et al., "Metastable Failures in Distributed Systems" (2021)
 */
import { expect, test } from 'vitest'
import { simulate } from '@truce/lab'
import { given } from '../given.js'

const scenario = (rates: string) =>
  given(`
simulate: 1
name: collapse
for: 80s
dependencies:
  server:
    workers: 1000000
    service: { kind: constant, value: 1s }
    loaded: { inFlight: 10ms }
    network: { kind: exponential, mean: 100ms }
callers: { all: { instances: 100, arrivals: { open: ${rates} }, calls: server.get } }
strategies:
  again: { attempts: 3, attemptTimeout: 3s }
  backoff: { attempts: 3, attemptTimeout: 3s, backoff: { initial: 10s, factor: 2, max: 1h } }
  truce: { use: baseline }
`)

const SPIKE =
  '[{ at: 0, rate: 40/s }, { at: 20s, rate: 40/s }, { at: 20s, rate: 80/s }, { at: 25s, rate: 80/s }, { at: 25s, rate: 40/s }]'
const RAMP = '[{ at: 0, rate: 40/s }, { at: 25s, rate: 80/s }, { at: 75s, rate: 0/s }]'

/** Mean a second over five seconds around `second`. */
function around(values: readonly number[] | undefined, second: number): number {
  const some = values?.slice(second - 2, second + 3) ?? []
  return some.reduce((sum, value) => sum + value, 0) / some.length
}

test('a spike of 5 s: without control nothing comes through any more; with it, it passes', () => {
  const { series } = simulate(scenario(SPIKE), { seed: 1 })
  const { again, backoff, truce } = series.strategies
  expect(Math.abs(around(again?.succeeded, 17) - 40)).toBeLessThan(8)
  expect(around(again?.succeeded, 35)).toBeLessThan(1)
  expect(around(again?.succeeded, 77)).toBeLessThan(1)
  // Two retries for each of 40 calls a second.
  expect(around(again?.retries, 77)).toBeGreaterThan(65)
  expect(around(again?.retries, 77)).toBeLessThan(95)
  expect(around(backoff?.succeeded, 35)).toBeGreaterThan(30)
  expect(around(backoff?.succeeded, 77)).toBeGreaterThan(30)
  expect(around(truce?.succeeded, 77)).toBeGreaterThan(35)
})

test('a ramp to twice the load: backoff does not save an open system', () => {
  const { series } = simulate(scenario(RAMP), { seed: 1 })
  const { again, backoff } = series.strategies
  expect(around(again?.succeeded, 32)).toBeLessThan(1)
  expect(around(backoff?.succeeded, 32)).toBeLessThan(1)
})
