import { describe, expect, test } from 'vitest'
import type { ServedAttempt } from '../attempts-log.js'
import type { Execution } from '../executions-log.js'
import { repeats } from './repeats.js'

const attempt = (call: string, over: Partial<ServedAttempt> = {}): ServedAttempt => ({
  v: 1,
  side: 'server',
  t: 0,
  call,
  order: call,
  service: 'inventory',
  dependency: 'inventory',
  operation: 'reserve',
  effect: 'write',
  ms: 1,
  outcome: 'ok',
  certainty: 'applied',
  delivered: true,
  ...over,
})
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
    ['an answer that came', [attempt('a')], [0, 0]],
    ['lost, then replayed', [attempt('a', lost), attempt('a', replay)], [1, 1]],
    [
      'lost twice is one call',
      [attempt('a', lost), attempt('a', { ...lost, ...replay }), attempt('a', replay)],
      [1, 1],
    ],
    ['lost, then done once more: that is no repair', [attempt('a', lost), attempt('a')], [1, 0]],
    ['lost, then another order is replayed', [attempt('a', lost), attempt('b', replay)], [1, 0]],
    ['a replay that was lost as well', [attempt('a', lost), attempt('a', { ...lost, ...replay })], [1, 0]],
    ['nothing was done', [attempt('a', { ...lost, outcome: 'unavailable', certainty: 'not-applied' })], [0, 0]],
    ['a read', [attempt('a', { ...lost, effect: 'read' })], [0, 0]],
    ['an event may be lost', [attempt('a', { ...lost, operation: 'event' })], [0, 0]],
  ])('%s', (_, attempts, [lostAnswers, repaired]) => {
    expect(repeats(attempts, [])).toMatchObject({ lostAnswers, repaired })
  })

  test('found by asking what was done', () => {
    expect(repeats([attempt('a', { ...lost, operation: 'fulfil' })], [ended('reconciled')])).toMatchObject({
      lostAnswers: 1,
      repaired: 1,
    })
  })
})

test('replays and conflicts are the engine’s own', () => {
  const executions = (['executed', 'replayed', 'replayed', 'conflict', 'unknown'] as const).map(ended)
  expect(repeats([], executions)).toEqual({ lostAnswers: 0, repaired: 0, replays: 2, conflicts: 1 })
})
