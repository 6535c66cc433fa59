/**
 * The same: same file and seed, same bytes; other strategies, same arrivals.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { simulate } from '@truce/lab'
import { given } from './given.js'

/** The one of the contract's section 5. */
const storm = given(readFileSync(new URL('storm.yaml', import.meta.url), 'utf8'))
const clock = () => 0

describe('same file and seed', { timeout: 60_000 }, () => {
  test('same bytes, twice in a process', () => {
    expect(JSON.stringify(simulate(storm, { clock }))).toBe(JSON.stringify(simulate(storm, { clock })))
  })

  test('same bytes on every machine and version: pinned', () => {
    const bytes = JSON.stringify(simulate(storm, { clock }).result)
    expect(createHash('sha256').update(bytes).digest('hex')).toMatchInlineSnapshot(
      `"bb693034effdbcad30b48aac6502f2ec6926465aab70a986cfa926162d680cd8"`,
    )
  })

  test('another seed, another result', () => {
    expect(simulate(storm, { clock, seed: 8 }).result.strategies).not.toEqual(
      simulate(storm, { clock }).result.strategies,
    )
  })

  test('how often it is looked at changes nothing', () => {
    const at = (bucketMs: number) => simulate(storm, { clock, bucketMs }).result.strategies
    expect(at(250)).toEqual(at(10_000))
  })
})

describe('other strategies meet the same', () => {
  const open = given(`
simulate: 1
name: open
for: 60s
dependencies:
  api:
    workers: 4
    service: { kind: lognormal, p50: 20ms, p99: 80ms }
    faults: [{ at: 20s, for: 10s, errors: 40% }]
callers: { all: { instances: 10, arrivals: { open: 100/s }, calls: api.get } }
strategies:
  none: { attempts: 1 }
  naive: { attempts: 4, backoff: { initial: 50ms } }
`)
  const { series, result } = simulate(open)

  test('arrivals', () => {
    expect(series.strategies['naive']?.originals).toEqual(series.strategies['none']?.originals)
  })

  test('and faults: the same originals fail', () => {
    const { none, naive } = result.strategies
    expect(none?.firstAttemptSuccess).toBeLessThan(0.95)
    expect(Math.abs((none?.firstAttemptSuccess ?? 0) - (naive?.firstAttemptSuccess ?? 1))).toBeLessThan(0.002)
  })
})

test('several seeds: means with their intervals, and the series of the first', { timeout: 60_000 }, () => {
  const { result, series } = simulate(storm, { clock, seeds: 3 })
  const singles = [7, 8, 9].map((seed) => simulate(storm, { clock, seed }))
  const calls = singles.map((each) => each.result.strategies['truce']?.calls ?? 0)
  expect(result.seeds).toBe(3)
  expect(result.strategies['truce']?.calls).toBeCloseTo(calls.reduce((sum, each) => sum + each, 0) / 3, 6)
  expect(result.strategies['truce']?.ci95?.['calls']).toBeGreaterThan(0)
  expect(series).toEqual(singles[0]?.series)
})
