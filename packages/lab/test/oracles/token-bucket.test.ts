/**
 * Token buckets and breakers against plain retries: the published table, and its closed form.
 *
 * @see M. Brooker, "Fixing retries with token buckets and circuit breakers" (2022). The strategies are the article's;
 *   deposits are made when a call starts, as its code does it.
 */
import { expect, test } from 'vitest'
import type { CallFacts, Decision } from 'truce/policy'
import { Samples } from '../../src/measure/samples.js'
import { strategyResult } from '../../src/measure/summary.js'
import { World } from '../../src/model/world.js'
import type { Client, MakeClient } from '../../src/strategies/client.js'
import { given } from '../given.js'

const RETRIES = 3
const AGAIN: Decision = { act: 'retry', wait: 0, payment: 0 }
const ENOUGH: Decision = { act: 'stop', stop: 'attempts', retryAt: undefined }

/** What none of them has. */
const nothing = {
  refusesOriginal: () => undefined,
  acquire: () => 1,
  succeeded: () => false,
  failed: () => false,
  takeBack() {},
  least: () => 0,
  gauges: () => ({ breakerOpen: false, tokens: 0, level: 0 }),
} satisfies Omit<Client, 'decide'>

const retriesLeft = ({ attempt }: CallFacts) => attempt <= RETRIES

const bucket: MakeClient = () => () => {
  let tokens = 5
  return {
    ...nothing,
    refusesOriginal() {
      tokens = Math.min(5, tokens + 0.1)
      return undefined
    },
    decide(call) {
      if (!retriesLeft(call) || tokens <= 1) return ENOUGH
      tokens--
      return AGAIN
    },
  }
}

const breaker: MakeClient = () => () => {
  let [attempts, failures] = [0, 0]
  return {
    ...nothing,
    succeeded: () => (attempts++, false),
    failed: () => (attempts++, failures++, false),
    decide: (call) => (retriesLeft(call) && failures / attempts <= 0.1 ? AGAIN : ENOUGH),
  }
}

const plain: MakeClient = () => () => ({ ...nothing, decide: (call) => (retriesLeft(call) ? AGAIN : ENOUGH) })
const none: MakeClient = () => () => ({ ...nothing, decide: () => ENOUGH })

/** Share of failures; success and load of each, as published. */
test.each([
  [0.01, 'none', 0.99, 1],
  [0.01, 'plain', 1, 1.01],
  [0.01, 'bucket', 1, 1.01],
  [0.01, 'breaker', 0.9997, 1.01],
  [0.1, 'none', 0.896, 1],
  [0.1, 'plain', 0.9998, 1.108],
  [0.1, 'bucket', 0.986, 1.098],
  [0.1, 'breaker', 0.939, 1.039],
  [0.3, 'none', 0.701, 1],
  [0.3, 'plain', 0.992, 1.417],
  [0.3, 'bucket', 0.786, 1.114],
  [0.3, 'breaker', 0.701, 1],
] as const)('%d fail, %s: success %d, load %d', (share, like, success, load) => {
  const scenario = given(`
simulate: 1
name: token buckets
for: 30s
dependencies:
  server:
    workers: 100000
    service: { kind: constant, value: 0 }
    network: { kind: exponential, mean: 10ms }
    faults: [{ at: 0, for: 30s, errors: ${share} }]
callers: { clients: { instances: 100, arrivals: { open: 1000/s }, calls: server.get } }
strategies: { tried: { like: truce } }
`)
  const [strategy] = scenario.strategies
  if (strategy === undefined) throw new Error('no strategy')
  const samples = new Samples(1_000, 1)
  const watch = { bucketMs: 1_000, sample: (world: World, now: number) => samples.take(world, now) }
  const world = new World(scenario, { ...strategy, like }, 7, watch, { none, plain, bucket, breaker })
  world.run()
  const { finalSuccess, amplification, calls } = strategyResult(world)
  expect(calls).toBeGreaterThan(29_000)
  // 30,000 calls: four standard errors of a share are 1.1 points at most; the breaker's moment to trip adds to it.
  const tolerance = 4 * Math.sqrt((share * (1 - share)) / calls) + (like === 'breaker' ? 0.02 : 0.005)
  expect(Math.abs(finalSuccess - success)).toBeLessThan(tolerance)
  expect(Math.abs(amplification - load)).toBeLessThan(tolerance)
})

test.each([
  [0.3, 1.417, 0.9919],
  [0.5, 1.875, 0.9375],
  [0.9, 3.439, 0.3439],
  [1, 4, 0],
])('plain retries where %d fail: load %d, success %d', (share, load, success) => {
  const scenario = given(`
simulate: 1
name: closed form
for: 60s
dependencies:
  server: { workers: 100000, service: { kind: constant, value: 1ms }, faults: [{ at: 0, for: 60s, errors: ${share} }] }
callers: { clients: { instances: 100, arrivals: { open: 1000/s }, calls: server.get } }
strategies: { tried: { attempts: 4 } }
`)
  const [strategy] = scenario.strategies
  if (strategy === undefined) throw new Error('no strategy')
  const world = new World(scenario, strategy, 3, { bucketMs: 1_000, sample() {} })
  world.run()
  const { amplification, finalSuccess } = strategyResult(world)
  expect(Math.abs(amplification - load)).toBeLessThan(0.02)
  expect(Math.abs(finalSuccess - success)).toBeLessThan(0.01)
})
