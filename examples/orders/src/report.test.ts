import { describe, expect, test } from 'vitest'
import type { FaultFigures, Figures } from './measure/figures.js'
import { promises } from './measure/promises.js'
import { report, sentence, table } from './report.js'

const fault = (label: string, over: Partial<FaultFigures> = {}): FaultFigures => ({
  label,
  orders: 100,
  finalSuccess: 1,
  answeredAtOnce: 0.5,
  amplification: 1.2,
  recoveredAfterMs: 0,
  atOnceAgainAfterMs: 1_000,
  ...over,
})
const half = (over: Partial<Figures> = {}): Figures => ({
  orders: 500,
  finalSuccess: 1,
  answeredAtOnce: 0.9,
  firstAttemptSuccess: 0.8,
  attempts: 1_100,
  calls: 1_000,
  amplification: 1.1,
  peakAttemptsPerSecond: 140,
  duplicates: 0,
  duplicateFulfilments: 0,
  stockAstray: 0,
  lostAnswers: 9,
  repaired: 9,
  replays: 14,
  conflicts: 3,
  lost: 0,
  orphans: 0,
  healthySuccess: 1,
  lateMs: 5,
  answer: { p50Ms: 100, p99Ms: 1_200 },
  stops: { attempts: 3, breaker: 40 },
  admission: { refused: { share: 2, overloaded: 40 }, placed: 42, served: 41 },
  faults: [fault('outage'), fault('freeze')],
  ...over,
})
const byHand = half({
  finalSuccess: 0.6,
  duplicates: 12,
  repaired: 0,
  replays: 0,
  conflicts: 0,
  lost: 7,
  amplification: 5,
  peakAttemptsPerSecond: 900,
  faults: [
    fault('outage', { finalSuccess: 0, amplification: 9 }),
    fault('freeze', { finalSuccess: 0.1, recoveredAfterMs: null }),
  ],
})

describe('promises', () => {
  const broken = (handwritten: Figures, truce: Figures) =>
    promises({ handwritten, truce }).flatMap(({ ok }, i) => (ok ? [] : [i]))

  test.each<[string, Figures, Figures, number[]]>([
    ['all hold', byHand, half(), []],
    ['a duplicate with Truce', byHand, half({ duplicates: 1 }), [0, 5]],
    ['no duplicate by hand: the faults were too kind to show anything', { ...byHand, duplicates: 0 }, half(), [0]],
    ['a lost order with Truce', byHand, half({ lost: 1 }), [1]],
    ['worse in one fault', byHand, half({ faults: [fault('outage'), fault('freeze', { finalSuccess: 0.05 })] }), [2]],
    ['too much in the outage', byHand, half({ faults: [fault('outage', { amplification: 1.41 })] }), [3]],
    ['no outage was measured', byHand, half({ faults: [fault('freeze')] }), [3]],
    ['late', byHand, half({ faults: [fault('outage', { recoveredAfterMs: 4_000 })] }), [4]],
    ['fulfilled twice', byHand, half({ duplicateFulfilments: 1 }), [5]],
    ['stock that was taken without a reservation', byHand, half({ stockAstray: 1 }), [5]],
    ['a lost answer that was not repaired', byHand, half({ repaired: 8 }), [5]],
    ['no answer was lost: it shows nothing', byHand, half({ lostAnswers: 0, repaired: 0 }), [5]],
    ['nothing came again', byHand, half({ replays: 0 }), [5]],
    ['nothing came again changed', byHand, half({ conflicts: 0 }), [5]],
    ['never', byHand, half({ faults: [fault('outage', { recoveredAfterMs: null })] }), [4]],
  ])('%s', (_, handwritten, truce, expected) => {
    expect(broken(handwritten, truce)).toEqual(expected)
  })
})

describe('report', () => {
  test('columns line up', () => {
    expect(table(['', 'a', 'bb'], [['long name', '1', '2']])).toBe(
      ['           a  bb', '────────────────', 'long name  1   2'].join('\n'),
    )
  })

  test('says what held, why calls stopped, and what was not seen to recover', () => {
    const halves = { handwritten: byHand, truce: half() }
    const text = report(halves, promises(halves))
    expect(text).toContain('✓ no duplicate reservation with Truce, some by hand: 0 and 12')
    expect(text).toContain('breaker 40, attempts 3')
    expect(text).toContain('not seen')
    expect(text).toMatch(/lost answers repaired +0 of 9 +9 of 9\n *replays +0 +14\n *conflicts +0 +3\n/)
    expect(text.endsWith(sentence(halves))).toBe(true)
  })

  test('a share is never rounded up to 100 %', () => {
    const halves = { handwritten: byHand, truce: half({ finalSuccess: 0.9999 }) }
    expect(report(halves, [])).toContain('99.9 %')
  })

  test('a starved machine is named, or its timeouts would be blamed on retries', () => {
    const halves = { handwritten: byHand, truce: half({ lateMs: 60 }) }
    expect(report(halves, [])).toContain('! This machine was busy')
    expect(report({ ...halves, truce: half() }, [])).not.toContain('! This machine')
  })

  test('the sentence has the figures of both halves', () => {
    const text = sentence({ handwritten: byHand, truce: half() })
    for (const part of [
      '5.00 ×',
      '900/s',
      '12 duplicate',
      '7 lost orders',
      '0.0 % of orders through during "outage"',
      'after "freeze"',
      '1.10 ×',
      '9 of 9 lost answers were repaired, 14 repeats replayed and 3 changed ones refused',
    ]) {
      expect(text).toContain(part)
    }
  })
})
