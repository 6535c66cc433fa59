import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { PeerPushback } from '../../context/peer-port.js'
import { type Failure, failure, isTransient, PERMANENT, TRANSIENT } from '../../policy/classify.js'
import { LONGEST_WAIT } from '../semantics/retry-after.js'
import { failureOf } from './failure-of.js'

const plain = failure('unavailable')
const waits = (retryAfter: number) => failure('overloaded', 'unknown', { retryAfter })

describe('what a peer says', () => {
  test.each<[string, PeerPushback, Failure, Failure]>([
    ['nothing', {}, plain, plain],
    ['how full it is', { load: 0.9 }, plain, failure('unavailable', 'unknown', { admission: true })],
    ['how many wait', { backlog: 0 }, plain, failure('unavailable', 'unknown', { admission: true })],
    ['who says it', { scope: 'host' }, plain, failure('unavailable', 'unknown', { scope: 'host' })],
    [
      'when its place comes, for the service as a whole',
      { slot: 340, scope: 'service', reason: 'overloaded', applied: false },
      plain,
      failure('overloaded', 'not-applied', { retryAfter: 340, slot: true, scope: 'service', admission: true }),
    ],
    ['a wait that is no place', { after: 340 }, plain, failure('unavailable', 'unknown', { retryAfter: 340 })],
    ['do not repeat', { retry: false }, plain, failure('unavailable', 'unknown', { retry: false })],
    ['repeat: the default already', { retry: true }, plain, plain],
    [
      'repeat, where another field forbids it',
      { retry: true },
      failure('internal', 'unknown', { retry: false }),
      failure('internal', 'unknown', { retry: false }),
    ],
    ['nothing was applied', { applied: false }, plain, failure('unavailable', 'not-applied')],
    ['it was applied', { applied: true }, failure('overloaded', 'not-applied'), failure('overloaded', 'unknown')],
    ['exhausted below', { reason: 'exhausted' }, plain, failure('exhausted')],
    ['overloaded', { reason: 'overloaded' }, plain, failure('overloaded')],
    ['above its share', { reason: 'share' }, plain, failure('overloaded')],
    ['draining', { reason: 'draining' }, failure('overloaded'), failure('unavailable')],
  ])('%s', (_, pushback, judged, expected) => expect(failureOf(pushback, judged)).toStrictEqual(expected))

  it('does not believe `applied=?0` of a proxy that tried more than once', () => {
    expect(failureOf({ applied: false }, plain, true)).toStrictEqual(plain)
    expect(failureOf({ applied: true }, failure('overloaded', 'not-applied'), true).certainty).toBe('unknown')
  })

  test.each(PERMANENT)('%s stays, whatever the reason', (permanent) => {
    for (const reason of ['exhausted', 'overloaded', 'draining', 'share'] as const) {
      expect(failureOf({ reason }, failure(permanent)).class).toBe(permanent)
    }
  })
})

describe('of several waits', () => {
  test.each<[string, PeerPushback, Failure, number]>([
    ['after alone', { after: 340 }, plain, 340],
    ['slot alone', { slot: 340 }, plain, 340],
    ['slot before after', { slot: 340, after: 2_000 }, plain, 340],
    ['a slot of now', { slot: 0, after: 2_000 }, plain, 0],
    ['the exact one of two that are the same', { slot: 340 }, waits(1_000), 340],
    ['seconds that are longer', { slot: 340 }, waits(120_000), 120_000],
    ['seconds that are a whole second longer', { after: 0 }, waits(1_000), 1_000],
    ['a slot that is longer', { slot: 1_340 }, waits(1_000), 1_340],
    ['a wait in ms that is longer: it was not rounded up', { after: 340 }, waits(900), 900],
    ['no wait but of others', { load: 1 }, waits(5_000), 5_000],
    ['10^15 - 1', { after: 999_999_999_999_999 }, plain, LONGEST_WAIT],
    ['a slot of 10^12', { slot: 1e12 }, plain, LONGEST_WAIT],
  ])('%s', (_, pushback, judged, ms) => expect(failureOf(pushback, judged).retryAfter).toBe(ms))

  test.each<[string, number, Failure, true | undefined]>([
    ['alone', 340, plain, true],
    ['beside the same in seconds', 340, waits(1_000), true],
    ['beside seconds that are longer', 340, waits(120_000), undefined],
    ['that no time can carry', 999_999_999_999_999, plain, true],
  ])('a slot %s: is the wait the place?', (_, slot, judged, place) => {
    expect(failureOf({ slot }, judged).slot).toBe(place)
  })
})

test('a repeat becomes no more likely, but for a peer that applied nothing', () => {
  const classes = fc.constantFrom(...TRANSIENT, ...PERMANENT, 'exhausted' as const, 'aborted' as const)
  const judged = fc.record({ class: classes, certainty: fc.constantFrom('unknown', 'not-applied') })
  const pushback = fc.record(
    {
      retry: fc.boolean(),
      after: fc.nat(),
      slot: fc.nat(),
      applied: fc.boolean(),
      reason: fc.constantFrom('exhausted', 'overloaded', 'draining', 'share'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(judged, pushback, (of, said) => {
      const before = failure(of.class, of.certainty as Failure['certainty'])
      const after = failureOf(said as PeerPushback, before)
      const revived = isTransient(after.class) && !isTransient(before.class)
      const surer = after.certainty !== before.certainty && after.certainty === 'not-applied'
      expect([revived, surer && said.applied !== false]).toEqual([false, false])
    }),
  )
})
