import { describe, expect, test } from 'vitest'
import type { StrategyResult } from '../measure/result.js'
import type { Fault, FaultKind, Scenario } from '../scenario/model.js'
import { faultLines, troubled } from './faults.js'
import { count, percent, time, times } from './numbers.js'
import { sentences } from './sentence.js'
import { shrunk, sparkline } from './sparkline.js'
import { niceTop } from './svg.js'

test.each([
  [percent(0.844), '84.4 %'],
  [percent(1), '100 %'],
  [time(0), '0 s'],
  [time(850), '850 ms'],
  [time(3_200), '3.2 s'],
  [time(600_000), '10 min'],
  [time(9_000_000), '2.5 h'],
  [count(1_234_567), '1,234,567'],
  [count(0.25), '0.3'],
  [times(1.357), '1.36 ×'],
])('%s', (text, expected) => expect(text).toBe(expected))

describe('a sparkline', () => {
  test('is a share of the most, blank at nothing', () => {
    expect(sparkline([0, 1, 4, 8], 8, 10)).toBe(' ▂▅█')
    expect(sparkline([0, 0], 0, 10)).toBe('  ')
  })

  test('means neighbours where there is no room', () => {
    expect(shrunk([0, 2, 4, 6], 2)).toEqual([1, 5])
  })
})

test.each([
  [0, 1],
  [7, 10],
  [1_806, 2_000],
  [2_000, 2_000],
  [0.3, 0.5],
  [2.2, 2.5],
])('the scale of %d ends at %d', (most, top) => expect(niceTop(most)).toBeCloseTo(top))

const scenarioOf = (faults: readonly Fault[]) =>
  ({ durationMs: 60_000, dependencies: [{ name: 'server', faults }] }) as unknown as Scenario
const fault = (at: number, until: number, kind: FaultKind, share = 1): Fault => ({ at, until, share, kind })

test.each([
  [{ is: 'down', hang: false }, 'server refused at once'],
  [{ is: 'down', hang: true }, 'server never answered'],
  [{ is: 'frozen' }, 'server frozen'],
  [{ is: 'errors', share: 0.3, class: 'internal' }, 'server failing, 30 % with internal'],
  [{ is: 'slow', times: 10 }, 'server slower, 10 ×'],
  [{ is: 'workers', left: 5 }, 'server left with 5 workers'],
  [{ is: 'lost', share: 0.05 }, 'server losing 5 % of its answers'],
] satisfies [FaultKind, string][])('%j in words', (kind, words) => {
  expect(faultLines(scenarioOf([fault(5_000, 90_000, kind)]))[0]?.text).toBe(`5 s to 60 s: ${words}`)
})

test('a share of the attempts is said', () => {
  const [line] = faultLines(scenarioOf([fault(0, 1_000, { is: 'slow', times: 50 }, 0.2)]))
  expect(line?.text).toBe('0 s to 1 s: 20 % of the attempts at server slower, 50 ×')
})

test('overlapping faults are one band', () => {
  const spans = [
    { from: 20, until: 30 },
    { from: 0, until: 10 },
    { from: 5, until: 12 },
  ]
  expect(troubled(spans)).toEqual([
    { from: 0, until: 12 },
    { from: 20, until: 30 },
  ])
})

describe('what happened', () => {
  const strategy = (finalSuccess: number, more: Partial<StrategyResult> = {}) =>
    ({
      calls: 100,
      finalSuccess,
      amplification: 2,
      peakAttemptsPerSecond: 30,
      retries: 0,
      duplicates: 0,
      refused: 0,
      recoveredAfterMs: null,
      p99Ms: 100,
      dependencies: {},
      ...more,
    }) as StrategyResult
  const told = (strategies: Readonly<Record<string, StrategyResult>>, faults: readonly Fault[] = []) =>
    sentences(scenarioOf(faults), { strategies } as never)

  test('names the best and the worst, and by how much', () => {
    expect(told({ none: strategy(0.5), truce: strategy(0.84) })[0]).toBe(
      'Best was truce: 84 % of the calls succeeded. Worst was none: 50 %, 34 points less under the same load and faults.',
    )
  })

  test('makes nothing of a difference that is none', () => {
    expect(told({ none: strategy(0.995), truce: strategy(1) })[0]).toMatch(/^The strategies hardly differ/)
  })

  test('where all succeed, time tells them apart', () => {
    expect(told({ slow: strategy(1, { p99Ms: 90_000 }), quick: strategy(1, { p99Ms: 4_000 }) })[0]).toBe(
      'The strategies hardly differ: 100 % of the calls succeeded at best. In time they do: 99 % of the calls were over within 4 s under quick, within 90 s under slow.',
    )
  })

  test('layers that multiply are told by the busiest second below', () => {
    const dependencies = { below: { attempts: 1, amplification: 9, peakAttemptsPerSecond: 270, utilisation: 0 } }
    expect(told({ naive: strategy(1, { dependencies }) })[1]).toContain('below met up to 270 attempts in a second')
  })

  test('of one strategy, and of no call, it says just that', () => {
    expect(told({ truce: strategy(1) })[0]).toBe('Under truce 100 % of 100 calls succeeded.')
    expect(told({ truce: strategy(0, { calls: 0 }) })[0]).toMatch(/^No call ended/)
  })

  test('of each strategy what it sent, refused and did twice, and when it was well again', () => {
    const down = [fault(0, 10, { is: 'frozen' })]
    const naive = strategy(0.5, { retries: 3, duplicates: 2, refused: 7, recoveredAfterMs: 3_000 })
    expect(told({ naive }, down)[1]).toBe(
      'naive: 50 % succeeded; 2.00 × attempts, at most 30 in a second; 7 calls were refused before anything was sent; 2 effects happened more than once; well again 3 s after the faults.',
    )
    expect(told({ none: strategy(0.5) }, down)[1]).toMatch(/it had not recovered by the end\.$/)
    expect(told({ none: strategy(0.5) })[1]).toBe('none: 50 % succeeded.')
  })
})
