import { describe, expect, it, test } from 'vitest'
import { type BreakerRule, memory, type RateRule, type Signal } from './breaker-rule.js'

const rate: Omit<RateRule, 'kind'> = {
  size: 100,
  window: 10_000,
  failureRate: 0.5,
  openRate: 0.8,
  minimumCalls: 20,
  slowRate: 1,
}

/** So many outcomes of a kind, all at one moment: `f19 s1` is 19 failures, then a success. */
function fed(rule: BreakerRule, outcomes: string, now = 0) {
  const made = memory(rule)
  for (const word of outcomes.split(' ').filter(Boolean)) {
    const signal: Signal = word.startsWith('f') ? 'failure' : word.startsWith('w') ? 'slow' : 'success'
    for (let n = 0; n < Number(word.slice(1)); n++) made.add(signal, now)
  }
  return made
}

describe.each(['count', 'time'] as const)('breaker rule over %s', (kind) => {
  const rule: RateRule = { kind, ...rate }

  test.each<[string, string, Partial<RateRule>, number]>([
    ['nothing yet', '', {}, 0],
    ['too few to judge', 'f19', {}, 0],
    ['just enough', 'f20', {}, 1],
    ['the twentieth counts whatever it is', 'f19 s1', {}, 1],
    ['half: nothing is shed yet', 'f10 s10', {}, 0],
    ['a little more than half', 'f11 s9', {}, (0.55 - 0.5) / 0.5],
    ['60 %: a fifth is shed', 'f60 s40', {}, 0.2],
    ['75 %: half is shed', 'f15 s5', {}, 0.5],
    ['80 % opens', 'f16 s4', {}, 1],
    ['a dead-host detector sheds nothing', 'f19 s1', { failureRate: 1, openRate: 1 }, 0],
    ['and opens when nothing answers', 'f20', { failureRate: 1, openRate: 1 }, 1],
    ['slow calls are answers until all are slow', 'w19 s1', {}, 0],
    ['all slow opens', 'w20', {}, 1],
    ['slow calls from their own rate on', 'w10 s10', { slowRate: 0.5 }, 1],
    ['no slow call, no slow rate', 's20', { slowRate: 0 }, 0],
    ['slow calls are no failures', 'f10 w5 s5', {}, 0],
  ])('%s', (_, outcomes, changes, verdict) => {
    expect(fed({ ...rule, ...changes }, outcomes).verdict(0)).toBeCloseTo(verdict, 12)
  })

  it('knows nothing after clear()', () => {
    const cleared = fed(rule, 'f50')
    cleared.clear()
    expect(cleared.verdict(0)).toBe(0)
  })
})

describe('breaker rule', () => {
  it('over time: forgets by the clock, and a look ahead forgets nothing', () => {
    const seen = fed({ kind: 'time', ...rate }, 'f20')
    expect(seen.verdict(60_000)).toBe(0)
    expect(seen.verdict(9_999)).toBe(1)
    expect(seen.verdict(10_000)).toBe(0)
  })

  it('over a count: a hundred successes push the failures out, time does not', () => {
    const seen = fed({ kind: 'count', ...rate }, 'f90 s10')
    expect(seen.verdict(3_600_000)).toBe(1)
    for (let n = 0; n < 100; n++) seen.add('success', 0)
    expect(seen.verdict(0)).toBe(0)
  })

  test.each<[string, number]>([
    ['f2', 0],
    ['f3', 1],
    ['f2 s1 f2', 0],
    ['f2 w1 f2', 0],
    ['f2 s1 f3', 1],
    ['f5', 1],
  ])('consecutive: %s of 3 gives %d', (outcomes, verdict) => {
    const seen = fed({ kind: 'consecutive', failures: 3 }, outcomes)
    expect(seen.verdict(0)).toBe(verdict)
    seen.clear()
    expect(seen.verdict(0)).toBe(0)
  })
})
