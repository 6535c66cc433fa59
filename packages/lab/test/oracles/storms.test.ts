/**
 * Storms whose figures are known: by counting, by closed form, or from experiments that others published.
 */
import { expect, test } from 'vitest'
import { simulate } from '@truce/lab'
import { given, resultOf } from '../given.js'

/** When the last call succeeded, to a tenth of a second, after `from`. */
function doneAfter(yaml: string, from: number, seed: number): { seconds: number; attempts: number; failed: number } {
  const scenario = given(yaml)
  const { result, series } = simulate(scenario, { seed, bucketMs: 100 })
  const tried = result.strategies['tried']
  const last = series.strategies['tried']?.succeeded.findLastIndex((count) => count > 0) ?? -1
  return { seconds: (last + 1) / 10 - from, attempts: tried?.attempts ?? 0, failed: 400 - (tried?.succeeded ?? 0) }
}

const layer = (name: string, below: string) =>
  `${name}: { workers: 100000, service: { kind: constant, value: 1ms }, ${below} }`

test('three layers of three attempts are 27 attempts at the bottom, 9 in the middle', () => {
  const scenario = given(`
simulate: 1
name: layers
for: 60s
dependencies:
  ${layer('api', 'calls: { inventory: {} }')}
  ${layer('inventory', 'calls: { warehouse: {} }')}
  ${layer('warehouse', 'faults: [{ at: 0, for: 60s, down: true }]')}
callers: { people: { arrivals: { open: 20/s }, calls: api.order } }
strategies:
  naive: { attempts: 3 }
`)
  const { calls, dependencies } = resultOf(scenario, 'naive')
  expect(calls).toBeGreaterThan(1_000)
  expect(dependencies['api']?.attempts).toBe(3 * calls)
  expect(dependencies['inventory']?.attempts).toBe(9 * calls)
  expect(dependencies['warehouse']?.attempts).toBe(27 * calls)
})

test('layers that hear of exhaustion cost three, not 27', () => {
  const scenario = given(`
simulate: 1
name: layers that hear
for: 60s
dependencies:
  ${layer('api', 'calls: { inventory: { peer: true } }')}
  ${layer('inventory', 'calls: { warehouse: { peer: true } }')}
  ${layer('warehouse', 'faults: [{ at: 0, for: 60s, down: true }]')}
callers: { people: { arrivals: { open: 20/s }, calls: api.order } }
strategies:
  naive: { attempts: 3 }
`)
  const { calls, attempts, dependencies } = resultOf(scenario, 'naive')
  expect(attempts).toBe(calls)
  expect(dependencies['warehouse']?.attempts).toBe(3 * calls)
})

test('500 callers with three retries each are 2000 attempts, four times as many', () => {
  const scenario = given(`
simulate: 1
name: 500 callers
for: 60s
dependencies:
  api: { workers: 10, service: { kind: constant, value: 5ms }, faults: [{ at: 0, for: 60s, down: true }] }
callers: { all: { instances: 500, arrivals: { closed: 1, once: true, start: now }, calls: api.get } }
strategies:
  naive: { attempts: 4, backoff: { initial: 1s, jitter: none } }
`)
  const { calls, attempts, amplification, failed } = resultOf(scenario, 'naive')
  expect({ calls, attempts, amplification, failed }).toEqual({
    calls: 500,
    attempts: 2_000,
    amplification: 4,
    failed: 500,
  })
})

/** 400 workers meet 15 s of refusals, then a dependency that takes 100 a second. */
const workers = (backoff: string, outage = '15s', lasts = '60s') => `
simulate: 1
name: 400 workers
for: ${lasts}
dependencies:
  api:
    workers: 400
    service: { kind: constant, value: 1ms }
    admits: { rate: 100/s, burst: 100 }
    faults: [{ at: 0, for: ${outage}, down: true }]
callers: { workers: { instances: 400, arrivals: { closed: 1, once: true, start: now }, calls: api.get } }
strategies:
  tried: { attempts: 100, backoff: ${backoff} }
`

test('identical backoff: waves until 255 s, 3000 attempts', () => {
  // The wave of 15 s falls just into the outage, as in the experiment.
  const { seconds, attempts, failed } = doneAfter(
    workers('{ initial: 1s, max: 1h, jitter: none }', '15001ms', '5m'),
    0,
    1,
  )
  expect([attempts, failed]).toEqual([3_000, 0])
  expect(seconds).toBeGreaterThanOrEqual(255)
  expect(seconds).toBeLessThan(255.2)
})

/** Means after the outage's end, of the notes; each run 20 seeds. */
test.each([
  ['full, max 16 s', '{ initial: 1s, max: 16s }', 15.5],
  ['full, max 8 s', '{ initial: 1s, max: 8s }', 7.6],
  ['full, max 4 s', '{ initial: 1s, max: 4s }', 4.6],
  ['full, max 2 s', '{ initial: 1s, max: 2s }', 4.2],
  ['equal, max 4 s', '{ initial: 1s, max: 4s, jitter: equal }', 3.9],
])('%s: done within a fifth of the published mean, never before the floor of 3 s', { timeout: 60_000 }, (...row) => {
  const [, backoff, expected] = row
  const all = Array.from({ length: 20 }, (_, seed) => doneAfter(workers(backoff), 15, seed))
  expect(all.every(({ failed }) => failed === 0)).toBe(true)
  const seconds = all.map((each) => each.seconds)
  const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length
  expect(mean / expected, `mean ${mean}`).toBeGreaterThan(0.8)
  expect(mean / expected, `mean ${mean}`).toBeLessThan(1.2)
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(2.9)
  if (backoff.includes('equal')) expect(Math.max(...seconds)).toBeLessThanOrEqual(5)
})

const tenThousand = given(`
simulate: 1
name: ten thousand
for: 5s
dependencies:
  api: { workers: 100000, service: { kind: constant, value: 1ms }, faults: [{ at: 0, for: 1ms, down: true }] }
callers: { all: { instances: 10000, arrivals: { closed: 1, once: true, start: now }, calls: api.get } }
strategies:
  together: { attempts: 2, backoff: { initial: 2s, jitter: none } }
  apart: { attempts: 2, backoff: { initial: 2s, jitter: full } }
`)

/** Bucket width, ms; the range of the busiest bucket. Mean plus what the largest of so many buckets lies above it. */
test.each([
  [10, 65, 90],
  [100, 520, 580],
  [1_000, 5_000, 5_200],
])('10,000 callers: the busiest %d ms sees all of them, or with full jitter %d to %d', (bucketMs, least, most) => {
  const { series } = simulate(tenThousand, { bucketMs })
  const peak = (name: string) => Math.max(...(series.strategies[name]?.retries ?? []))
  expect(peak('together')).toBe(10_000)
  expect(peak('apart')).toBeGreaterThanOrEqual(least)
  expect(peak('apart')).toBeLessThanOrEqual(most)
})
