import { describe, expect, test } from 'vitest'
import { served } from '../../test/served.js'
import type { Execution } from '../executions-log.js'
import { repeats } from './repeats.js'
import type { ServedAttempt } from './served.js'

const ended = (end: Execution['end']): Execution => ({
  t: 0,
  service: 'inventory',
  operation: 'reserve',
  key: 'hash',
  mode: 'transaction',
  end,
  replayed: end === 'replayed',
  ms: 1,
  waited: 0,
  takeover: false,
})
const lost = { delivered: false } as const
const replay = { replayed: true } as const

describe('lost answers', () => {
  test.each<[string, ServedAttempt[], [lost: number, repaired: number]]>([
    ['an answer that came', [served('a', 0)], [0, 0]],
    ['lost, then replayed', [served('a', 0, lost), served('a', 0, replay)], [1, 1]],
    [
      'lost twice is one call',
      [served('a', 0, lost), served('a', 0, { ...lost, ...replay }), served('a', 0, replay)],
      [1, 1],
    ],
    ['lost, then done once more: that is no repair', [served('a', 0, lost), served('a', 0)], [1, 0]],
    ['lost, then another order is replayed', [served('a', 0, lost), served('b', 0, replay)], [1, 0]],
    ['a replay that was lost as well', [served('a', 0, lost), served('a', 0, { ...lost, ...replay })], [1, 0]],
    ['nothing was done', [served('a', 0, { ...lost, outcome: 'unavailable', certainty: 'not-applied' })], [0, 0]],
    ['a read', [served('a', 0, { ...lost, effect: 'read' })], [0, 0]],
    ['an event may be lost', [served('a', 0, { ...lost, operation: 'event' })], [0, 0]],
  ])('%s', (_, attempts, [lostAnswers, repaired]) => {
    expect(repeats(attempts, [])).toMatchObject({ lostAnswers, repaired })
  })

  test('found by asking what was done', () => {
    expect(repeats([served('a', 0, { ...lost, operation: 'fulfil' })], [ended('reconciled')])).toMatchObject({
      lostAnswers: 1,
      repaired: 1,
    })
  })
})

test('replays and conflicts are the engine’s own', () => {
  const executions = (['executed', 'replayed', 'replayed', 'conflict', 'unknown'] as const).map(ended)
  expect(repeats([], executions)).toEqual({ lostAnswers: 0, repaired: 0, replays: 2, conflicts: 1 })
})
