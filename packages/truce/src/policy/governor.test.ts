import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { seeded } from '../testing/seeded.js'
import { GOVERNOR, Governor } from './governor.js'

type Outcome = 'fast' | 'slow' | 'timeout' | 'error'
const TIMEOUT = 800

function feed(governor: Governor, outcome: Outcome, now = 0): void {
  if (outcome === 'fast') governor.succeeded(TIMEOUT / 2 - 1, TIMEOUT, now)
  else if (outcome === 'slow') governor.succeeded(TIMEOUT / 2, TIMEOUT, now)
  else if (outcome === 'timeout') governor.timedOut(now)
  else governor.answered(now)
}

/** Outcomes that leave the level and make an instance one that sees much. */
const MUCH = 100

/** A governor of one that sees much, brought to a level by a sequence of outcomes. */
function after(...outcomes: Outcome[]): Governor {
  const governor = new Governor(false)
  for (let n = 0; n < MUCH; n++) feed(governor, 'error')
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
      rise: 2,
      fall: 0.25,
      creep: 0.05,
      shrink: 0.92,
      originals: 0.8,
      quiet: 5,
      fewSlow: 10,
      fewFall: 100,
      fewShrink: 0.006,
      hasteOf: 150,
      hasteFrom: 12,
      hasteAfter: 3,
      hasteMost: 4,
      fewRise: 80,
      window: 10_000,
    })
  })

  test.each<[string, Outcome[], number]>([
    ['starts with all room', [], 2],
    ['stays at the top', ['fast'], 2],
    ['falls by a quarter on a timeout', ['timeout'], 1.75],
    ['falls by a quarter on a slow success', ['slow'], 1.75],
    ['falls on', ['timeout', 'slow'], 1.5],
    ['stops at 1 on the way down by a timeout', times(4, 'timeout'), 1],
    ['stops at 1 on the way down by slow successes', times(4, 'slow'), 1],
    ['then shrinks by 8 % a timeout', times(6, 'timeout'), 0.8464],
    ['ends at 0.2', times(100, 'timeout'), 0.2],
    ['a slow success at 1 stays there', times(5, 'slow'), 1],
    ['a slow success below 1 creeps up', [...times(5, 'timeout'), 'slow'], 0.97],
    ['creeps up to 1 at most', [...times(5, 'timeout'), 'slow', 'slow', 'slow'], 1],
    ['doubles on a fast success', [...times(100, 'timeout'), 'fast'], 0.4],
    ['rises to 2 at most', [...times(5, 'timeout'), 'fast', 'fast'], 2],
    ['answers leave it', ['timeout', ...times(50, 'error')], 1.75],
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

  it('is back at 2 after four fast successes, whatever came before', () => {
    fc.assert(
      fc.property(outcomes, (sequence) => {
        expect(after(...sequence, ...times(4, 'fast')).level).toBe(2)
      }),
    )
    expect(after(...times(100, 'timeout'), ...times(3, 'fast')).level).toBeLessThan(2)
  })

  it('lets retries through with probability z − 1, and below 0.8 only some originals: retries are shed first', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(outcomes, unit, (sequence, u) => {
        const governor = after(...sequence)
        const z = governor.level
        expect(governor.allowsRetry(0, () => u)).toBe(u < z - 1)
        expect(governor.isOpen, 'to originals, without a draw').toBe(z >= 0.8)
        if (governor.isOpen) expect(governor.allowsOriginal(never)).toBe(true)
      }),
    )
  })

  test.each<[string, Outcome[], number]>([
    ['at 1.75', ['timeout'], 0.75],
    ['at 1.5', ['timeout', 'slow'], 0.5],
    ['at 1.25', times(3, 'timeout'), 0.25],
  ])('%s a retry passes exactly below that draw', (_, sequence, share) => {
    const governor = after(...sequence)
    expect(governor.allowsRetry(0, () => share - 1e-9)).toBe(true)
    expect(governor.allowsRetry(0, () => share + 1e-9)).toBe(false)
    expect(governor.allowsRetry(0, () => governor.level - 1)).toBe(false)
  })

  /** What a governor says to so many originals in a row; of each turn the draws in their order, then the last for ever. */
  const said = (governor: Governor, many: number, ...draws: number[]): boolean[] => {
    const left = [...draws]
    const draw = () => (left.length > 1 ? left.shift() : left[0]) ?? never()
    return Array.from({ length: many }, () => governor.allowsOriginal(draw))
  }

  test.each<[string, Outcome[], number]>([
    ['at 0.778688', times(7, 'timeout'), 0.778688 / 0.8],
    ['at 0.2 a quarter', times(100, 'timeout'), 0.25],
  ])('%s of originals passes: the first exactly below that draw', (_, sequence, share) => {
    expect(said(after(...sequence), 1, share - 1e-9)).toEqual([true])
    expect(said(after(...sequence), 1, share + 1e-9)).toEqual([false])
    expect(said(after(...sequence), 1, after(...sequence).level / GOVERNOR.originals)).toEqual([false])
  })

  test.each([
    ['the first of each turn', [0], [1, 5, 9]],
    ['the second', [0.25], [2, 6, 10]],
    ['the last', [0.999], [4, 8, 12]],
    ['the first, the last, the third', [0, 0.999, 0.5], [1, 8, 11]],
    ['the last, and the first of the next', [0.999, 0], [4, 5, 9]],
  ])('at 0.2 one of every four passes, which is drawn: %s', (_, draws, passed) => {
    const all = said(after(...times(100, 'timeout')), 12, ...draws)
    expect(all.flatMap((passes, index) => (passes ? [index + 1] : []))).toEqual(passed)
  })

  it('of any number in a row the share passes, to the last one or two', () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    const unit = fc.array(share, { minLength: 1, maxLength: 300, size: 'max' })
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 30 }), fc.integer({ min: 1, max: 300 }), unit, (timeouts, many, draws) => {
        const governor = after(...times(timeouts, 'timeout'))
        const passed = said(governor, many, ...draws).filter(Boolean).length
        expect(Math.abs(passed - (many * governor.level) / 0.8)).toBeLessThan(2)
      }),
    )
  })

  it('callers that take turns are all let through: no rhythm of theirs is its own', () => {
    for (const turns of [2, 3, 4, 8]) {
      const governor = after(...times(100, 'timeout'))
      const random = seeded(turns)
      const passed = Array.from({ length: turns }, () => 0)
      for (let n = 0; n < 400 * turns; n++) if (governor.allowsOriginal(random)) passed[n % turns]!++
      for (const many of passed) expect(many).toBeGreaterThan(50)
    }
  })

  it('where the level moves on, so does the share of what is shed', () => {
    const governor = after(...times(100, 'timeout'))
    expect(said(governor, 3, 0.999)).toEqual([false, false, false])
    feed(governor, 'fast')
    expect(governor.level).toBe(0.4)
    expect([1, 2, 3, 4].map(() => governor.allowsOriginal(() => 0.999))).toEqual([true, false, true, false])
  })

  it('draws nothing where the answer is certain', () => {
    expect(new Governor(false).allowsOriginal(never)).toBe(true)
    expect(new Governor(false).allowsRetry(0, never)).toBe(true)
    expect(after(...times(4, 'timeout')).allowsRetry(0, never)).toBe(false)
    expect(after(...times(4, 'timeout')).allowsOriginal(never)).toBe(true)
  })

  describe('of few outcomes in 10 s, in a large fleet', () => {
    /** After `much` answers and then so many timeouts. */
    const afterTimeouts = (much: number, timeouts: number, small = false) => {
      const governor = new Governor(small)
      for (let n = 0; n < much; n++) governor.answered(0)
      for (let n = 0; n < timeouts; n++) governor.timedOut(0)
      return governor.level
    }

    test.each([
      ['the first timeout sheds all retries', 0, 1, 1],
      ['or of ten outcomes', 9, 1, 1],
      ['or of fifteen four ninths of them', 14, 1, 2 - 4 / 9],
      ['from twenty on a quarter', 19, 1, 1.75],
      ['the second in a row twice as many', 19, 2, 1.25],
      ['and the third the rest', 19, 3, 1],
      ['the second of 75 as well', 73, 2, 1.25],
      ['of 76 no more than the first', 74, 2, 1.5],
      ['and never less', 400, 1, 1.75],
    ])('%s', (_, much, timeouts, level) => {
      expect(afterTimeouts(much, timeouts)).toBeCloseTo(level, 12)
    })

    test.each([
      ['the only one that is seen sheds all retries', 0, 1],
      ['one of ten as well', 9, 1],
      ['one of twenty half of them', 19, 1.5],
      ['from forty on a quarter', 39, 1.75],
    ])('a slow success: %s', (_, others, level) => {
      const governor = new Governor(false)
      for (let n = 0; n < others; n++) governor.answered(0)
      feed(governor, 'slow')
      expect(governor.level).toBe(level)
    })

    it('originals are shed slowly: by 0.6 % for each outcome seen, up to 8 % a timeout', () => {
      expect(afterTimeouts(0, 2)).toBeCloseTo(0.988, 12)
      expect(afterTimeouts(0, 3)).toBeCloseTo(0.988 * 0.982, 12)
      expect(afterTimeouts(8, 2)).toBeCloseTo(0.94, 12)
      expect(afterTimeouts(12, 3)).toBeCloseTo(0.92, 12)
      expect(afterTimeouts(500, 5)).toBeCloseTo(0.92, 12)
    })

    it('unless nothing succeeds between them, and there are twelve outcomes: from the fifth in a row on they count for more', () => {
      expect(afterTimeouts(8, 4)).toBeCloseTo(0.94 * 0.934 * 0.928, 12)
      expect(afterTimeouts(6, 5)).toBeCloseTo(0.952 * 0.946 * 0.94 * 0.934, 12)
      expect(afterTimeouts(7, 5)).toBeCloseTo(0.946 * 0.94 * 0.934 * 0.928 ** 2, 12)
      expect(afterTimeouts(19, 3)).toBe(1)
      expect(afterTimeouts(19, 4)).toBeCloseTo(0.92, 12)
      expect(afterTimeouts(19, 5)).toBeCloseTo(0.92 ** (1 + 2), 12)
      expect(afterTimeouts(19, 8)).toBeCloseTo(0.92 ** (1 + 2 + 3 + 4 + 4), 12)
    })

    it('the more is seen, the less of it: twice at most with 75, not at all with more', () => {
      expect(afterTimeouts(69, 5)).toBeCloseTo(0.92 ** (1 + 2), 12)
      expect(afterTimeouts(69, 6)).toBeCloseTo(0.92 ** (1 + 2 + 2), 12)
      expect(afterTimeouts(75, 6)).toBeCloseTo(0.92 ** 2, 12)
      expect(afterTimeouts(19, 7, true), 'a small fleet').toBeCloseTo(0.92 ** 3, 12)
    })

    test.each(['fast', 'slow'] as const)('a row ends with a %s success, not with an answer', (ends) => {
      const levels = [ends, 'error' as const].map((between) => {
        const governor = new Governor(false)
        for (let n = 0; n < 19; n++) governor.answered(0)
        for (const outcome of [...times(3, 'timeout'), between, ...times(2, 'timeout')]) feed(governor, outcome)
        return governor.level
      })
      const [broken, unbroken] = levels
      expect(unbroken).toBeCloseTo(0.92 ** (1 + 2), 12)
      expect(broken).toBeCloseTo(ends === 'fast' ? 1.25 : 0.92 ** 2, 12)
    })

    /** At 0.2 once more: what of others is seen from then on, and one fast success. */
    const afterFast = (others: number, small = false) => {
      const governor = new Governor(small)
      for (let n = 0; n < 100; n++) governor.timedOut(0)
      for (let n = 0; n < others; n++) governor.answered(20_000)
      feed(governor, 'fast', 20_000)
      return governor
    }

    test.each([
      ['the only one that is seen lets all originals through', 0, 0.8],
      ['one of twenty as well', 19, 0.8],
      ['of 32 by two and a half', 31, 0.5],
      ['from forty on it doubles', 39, 0.4],
      ['and never less', 400, 0.4],
    ])('a fast success: %s', (_, others, level) => expect(afterFast(others).level).toBeCloseTo(level, 12))

    it('where it doubles to more, it doubles; and always in a small fleet', () => {
      const governor = afterFast(0)
      feed(governor, 'fast', 20_000)
      expect(governor.level, 'from 0.8').toBeCloseTo(1.6, 12)
      expect(after(...times(5, 'timeout'), 'fast').level, 'from 0.92').toBeCloseTo(1.84, 12)
      expect(afterFast(0, true).level).toBeCloseTo(0.4, 12)
    })

    it('counts by the clock, and means nothing in a small fleet', () => {
      const governor = new Governor(false)
      for (let n = 0; n < 40; n++) governor.answered(0)
      governor.timedOut(20_000)
      expect(governor.level).toBe(1)
      expect(afterTimeouts(0, 1, true)).toBe(1.75)
      expect(afterTimeouts(0, 5, true)).toBeCloseTo(0.92, 12)
    })
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
      for (const [index, outcome] of [...times(4, 'timeout'), 'error' as const].entries())
        feed(governor, outcome, index)
      expect(governor.allowsRetry(5, never)).toBe(false)
      expect(governor.allowsRetry(10_005, never)).toBe(true)
      for (let n = 0; n < 50; n++) governor.timedOut(20_000)
      expect(governor.allowsOriginal(() => 0.9)).toBe(false)
      expect(governor.allowsRetry(40_000, never)).toBe(true)
    })
  })
})
