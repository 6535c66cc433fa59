import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { GOVERNOR, Governor } from './governor.js'

type Outcome = 'fast' | 'slow' | 'timeout' | 'error'
const TIMEOUT = 800

/** Every outcome at its own `now`, so that none of them is quiet. */
function feed(governor: Governor, outcome: Outcome, now = 0): void {
  if (outcome === 'fast') governor.succeeded(TIMEOUT / 2 - 1, TIMEOUT, now)
  else if (outcome === 'slow') governor.succeeded(TIMEOUT / 2, TIMEOUT, now)
  else if (outcome === 'timeout') governor.timedOut(now)
  else governor.answered(now)
}

/** A governor brought to a level by a sequence of outcomes. */
function after(...outcomes: Outcome[]): Governor {
  const governor = new Governor(false)
  for (const outcome of outcomes) feed(governor, outcome)
  return governor
}

const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome)
const outcomes = fc.array(fc.constantFrom<Outcome>('fast', 'slow', 'timeout', 'error'), { maxLength: 200, size: 'max' })
const never = () => {
  throw new Error('nothing is drawn where the answer is certain')
}

describe('governor', () => {
  it('has the published constants and nothing else', () => {
    expect(GOVERNOR).toEqual({
      lowest: 0.2,
      highest: 2,
      fast: 0.5,
      rise: 1.5,
      fall: 0.34,
      creep: 0.05,
      shrink: 0.9,
      originals: 0.8,
      quiet: 5,
      window: 10_000,
    })
  })

  test.each<[string, Outcome[], number]>([
    ['starts with all room', [], 2],
    ['stays at the top', ['fast'], 2],
    ['falls by 0.34 on a timeout', ['timeout'], 1.66],
    ['falls by 0.34 on a slow success', ['slow'], 1.66],
    ['falls on', ['timeout', 'slow'], 1.32],
    ['stops at 1 on the way down by a timeout', times(3, 'timeout'), 1],
    ['stops at 1 on the way down by slow successes', times(3, 'slow'), 1],
    ['then shrinks by a tenth a timeout', times(5, 'timeout'), 0.81],
    ['ends at 0.2', times(100, 'timeout'), 0.2],
    ['a slow success at 1 stays there', times(4, 'slow'), 1],
    ['a slow success below 1 creeps up', [...times(4, 'timeout'), 'slow'], 0.95],
    ['creeps up to 1 at most', [...times(4, 'timeout'), 'slow', 'slow', 'slow'], 1],
    ['rises by half on a fast success', [...times(100, 'timeout'), 'fast'], 0.3],
    ['rises above 1', [...times(3, 'timeout'), 'fast'], 1.5],
    ['rises to 2 at most', [...times(3, 'timeout'), 'fast', 'fast'], 2],
    ['answers leave it', ['timeout', ...times(50, 'error')], 1.66],
  ])('%s', (_, sequence, level) => {
    expect(after(...sequence).level).toBeCloseTo(level, 12)
  })

  it('takes every success as fast where attempts have no timeout', () => {
    const governor = after('timeout')
    governor.succeeded(1e9, Number.POSITIVE_INFINITY, 0)
    expect(governor.level).toBe(2)
  })

  it('stays in [0.2, 2] after any outcomes, and error answers never move it', () => {
    fc.assert(
      fc.property(outcomes, (sequence) => {
        const governor = new Governor(true)
        for (const outcome of sequence) {
          const before = governor.level
          feed(governor, outcome)
          expect(governor.level).toBeGreaterThanOrEqual(0.2)
          expect(governor.level).toBeLessThanOrEqual(2)
          if (outcome === 'error') expect(governor.level).toBe(before)
          if (outcome === 'fast') expect(governor.level).toBeGreaterThanOrEqual(before)
          if (outcome === 'timeout') expect(governor.level).toBeLessThanOrEqual(before)
        }
      }),
    )
  })

  it('is back at 2 after six fast successes, whatever came before', () => {
    fc.assert(
      fc.property(outcomes, (sequence) => {
        expect(after(...sequence, ...times(6, 'fast')).level).toBe(2)
      }),
    )
    expect(after(...times(100, 'timeout'), ...times(5, 'fast')).level).toBeLessThan(2)
  })

  it('lets originals through with probability z ÷ 0.8, retries with z − 1: retries are shed first', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(outcomes, unit, (sequence, u) => {
        const governor = after(...sequence)
        const z = governor.level
        expect(governor.allowsOriginal(() => u)).toBe(u < z / 0.8)
        expect(governor.allowsRetry(0, () => u)).toBe(u < z - 1)
        expect(governor.isOpen, 'to originals, without a draw').toBe(z >= 0.8)
        if (governor.isOpen) expect(governor.allowsOriginal(never)).toBe(true)
      }),
    )
  })

  test.each<[string, Outcome[], number]>([
    ['at 1.66', ['timeout'], 0.66],
    ['at 1.32', ['timeout', 'slow'], 0.32],
    ['at 1.5', [...times(3, 'timeout'), 'fast'], 0.5],
  ])('%s a retry passes exactly below that draw', (_, sequence, share) => {
    const governor = after(...sequence)
    expect(governor.allowsRetry(0, () => share - 1e-9)).toBe(true)
    expect(governor.allowsRetry(0, () => share + 1e-9)).toBe(false)
    expect(governor.allowsRetry(0, () => governor.level - 1)).toBe(false)
  })

  test.each<[string, Outcome[], number]>([
    ['at 0.729', times(6, 'timeout'), 0.729 / 0.8],
    ['at 0.2 a quarter', times(100, 'timeout'), 0.25],
  ])('%s of originals passes', (_, sequence, share) => {
    const governor = after(...sequence)
    expect(governor.allowsOriginal(() => share - 1e-9)).toBe(true)
    expect(governor.allowsOriginal(() => share + 1e-9)).toBe(false)
    expect(governor.allowsOriginal(() => governor.level / GOVERNOR.originals)).toBe(false)
  })

  it('draws nothing where the answer is certain', () => {
    expect(new Governor(false).allowsOriginal(never)).toBe(true)
    expect(new Governor(false).allowsRetry(0, never)).toBe(true)
    expect(after(...times(3, 'timeout')).allowsRetry(0, never)).toBe(false)
    expect(after(...times(3, 'timeout')).allowsOriginal(never)).toBe(true)
  })

  describe('below 5 outcomes in 10 s', () => {
    test.each<[string, boolean, number, boolean]>([
      ['a small fleet retries', true, 4, true],
      ['a small fleet stops at the fifth', true, 5, false],
      ['a large fleet does not: small allowances add up', false, 3, false],
    ])('%s', (_, small, timeouts, allowed) => {
      const governor = new Governor(small)
      for (let n = 0; n < timeouts; n++) governor.timedOut(n)
      expect(governor.level).toBeLessThanOrEqual(1)
      expect(governor.allowsRetry(timeouts, never)).toBe(allowed)
    })

    it('counts outcomes of all kinds, forgets them by the clock, and never spares originals', () => {
      const governor = new Governor(true)
      for (const [index, outcome] of [...times(3, 'timeout'), 'slow' as const, 'error' as const].entries())
        feed(governor, outcome, index)
      expect(governor.allowsRetry(5, never)).toBe(false)
      expect(governor.allowsRetry(10_005, never)).toBe(true)
      for (let n = 0; n < 50; n++) governor.timedOut(20_000)
      expect(governor.allowsOriginal(() => 0.9)).toBe(false)
      expect(governor.allowsRetry(40_000, never)).toBe(true)
    })
  })
})
