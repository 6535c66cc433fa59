import { describe, expect, it, test } from 'vitest'
import { exhausts, standsIn, STOP_REASONS, type StopReason, waitsForRoom } from './stop.js'

/** The words, whether each marks a failure as exhausted, and whether background calls wait it out. */
const table: [StopReason, exhausts: boolean, waits: boolean][] = [
  ['ok', false, false],
  ['permanent', false, false],
  ['attempts', true, false],
  ['deadline', true, false],
  ['budget', true, true],
  ['breaker', true, true],
  ['concurrency', false, false],
  ['throttled', true, true],
  ['pushback', true, false],
  ['unsafe', true, false],
  ['not-replayable', false, false],
  ['window', true, false],
  ['not-owner', false, false],
  ['exhausted-below', true, false],
  ['aborted', false, false],
]

describe('stop reasons', () => {
  it('are these and no others', () => {
    expect(table.map(([reason]) => reason)).toEqual(STOP_REASONS)
  })

  test.each(table)('%s: exhausts layers above %s, background waits %s', (reason, exhausting, waiting) => {
    expect([exhausts(reason), waitsForRoom(reason)]).toEqual([exhausting, waiting])
  })
})

it('something may stand in for all but what has to be heard', () => {
  expect(STOP_REASONS.filter((stop) => !standsIn(stop))).toEqual(['ok', 'permanent', 'not-owner', 'aborted'])
})
