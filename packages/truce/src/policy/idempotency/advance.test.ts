import { describe, expect, it } from 'vitest'
import { advance } from './advance.js'
import type { Begun, Found } from './record.js'
import { beat, leaseEnds, type RunAction, startRun } from './run.js'
import {
  RULES,
  GRANTED,
  DOUBTFUL,
  THEIRS,
  OURS,
  NOTHING,
  BEGIN,
  LOOK,
  COMPLETE,
  KEPT,
  WOKE,
  ANSWERED,
  DONE,
  UNANSWERED,
  GONE,
  LAPSED,
  LEFT,
  begun,
  found,
  lost,
  running,
  handled,
  reconciled,
  pause,
  wait,
  abandon,
  told,
  unknown,
  handle,
  type Turn,
  strays,
  walk,
  GRANT,
  WORK,
} from '../../../test/idempotency/turns.js'

describe('a run that nobody disturbs', () => {
  it('claims, works, completes and tells its caller', () => {
    const run = walk([...WORK, [KEPT, 25, told({ is: 'ended', kept: 'store' })], [ANSWERED, 25, NOTHING]])
    expect(run).toMatchObject({ phase: 'over', answered: true, granted: GRANTED })
  })

  it.each(['free', 'forget', 'unknown'] as const)('whose work failed gives its claim up: %s', (as) => {
    expect(strays([GRANT, [handled(as), 20, abandon(as)], [KEPT, 25, told({ is: 'ended', kept: as })]])).toEqual([])
  })

  it('begins as it is told, in its own time', () => {
    expect(startRun(RULES, 3)).toEqual({
      rules: RULES,
      phase: 'begin',
      began: 3,
      sent: 3,
      granted: undefined,
      kept: undefined,
      answered: false,
      timeUp: false,
      verdict: undefined,
      failures: 0,
    })
    expect(leaseEnds(startRun(RULES, 3))).toBe(103)
  })

  it('trusts its lease from the heartbeat on that was heard, and never less than before', () => {
    const run = walk([GRANT, [{ on: 'renewed', sent: 40 }, 60, NOTHING], [{ on: 'renewed', sent: 30 }, 70, NOTHING]])
    expect(leaseEnds(run)).toBe(140)
  })
})

describe('what the claim finds', () => {
  it.each<[string, Begun, RunAction]>([
    ['a result', THEIRS, told({ is: 'replayed', found: THEIRS, lost: false })],
    ['doubt', { is: 'unknown', created: 1 }, unknown('before')],
    ['another payload', { is: 'mismatch' }, told({ is: 'mismatch' })],
    ['a key past its time', { is: 'expired' }, told({ is: 'expired' })],
  ])('%s is told at once', (_what, answer, action) => {
    expect(walk([[begun(answer), 5, action]])).toMatchObject({ phase: 'over' })
  })

  it('another run is waited for, and the key claimed again by reading it', () => {
    const run = walk([
      [begun(running(200)), 5, wait(45)],
      [WOKE, 30, BEGIN],
      [begun(running(12)), 31, wait(12)],
      [WOKE, 43, BEGIN],
      [begun(THEIRS), 44, told({ is: 'replayed', found: THEIRS, lost: false })],
    ])
    expect(run.sent, 'its lease would count from the last claim').toBe(43)
  })

  it('is waited for at least a moment, and no longer than the rules say', () => {
    expect(
      strays([
        [begun(running(0)), 5, wait(1)],
        [WOKE, 6, BEGIN],
        [begun(running(30)), 50, told({ is: 'in-progress', left: 30 })],
      ]),
    ).toEqual([])
    expect(strays([[begun(running(30)), 49.5, wait(0.5)]])).toEqual([])
    expect(strays([[begun(running(30)), 0, told({ is: 'in-progress', left: 30 })]], { wait: 0 })).toEqual([])
  })

  // Held up between the store and here, it may speak for a lease that another worker has by now.
  it('a grant that comes after its lease is over is claimed again', () => {
    const run = walk([
      [begun(GRANTED), 100, BEGIN],
      [begun(GRANTED), 199, handle()],
    ])
    expect(run.sent).toBe(100)
    expect(strays([[begun(GRANTED), 99, handle()]])).toEqual([])
    expect(strays([[begun(DOUBTFUL), 100, BEGIN]])).toEqual([])
    expect(strays([[begun(GRANTED), 500, handle()]], { transaction: true })).toEqual([])
  })
})

describe('what the run before did', () => {
  const ASK: Turn = [begun(DOUBTFUL), 5, { do: 'reconcile', granted: DOUBTFUL }]

  it('took effect: that is recorded and told', () => {
    expect(strays([ASK, [reconciled('applied'), 20, COMPLETE], [KEPT, 25, told({ is: 'reconciled' })]])).toEqual([])
  })

  it('took effect, and the record says that this run said so: the answer got lost', () => {
    const turns: readonly Turn[] = [ASK, [reconciled('applied'), 20, COMPLETE]]
    expect(strays([...turns, [lost(OURS), 25, told({ is: 'ended', kept: 'store' })]])).toEqual([])
  })

  it('did not: the work is done now', () => {
    expect(
      strays([
        ASK,
        [reconciled('not-applied'), 99, handle(DOUBTFUL)],
        [DONE, 99, COMPLETE],
        [KEPT, 99, told({ is: 'ended', kept: 'store' })],
      ]),
    ).toEqual([])
  })

  it('nobody can tell: the key stays in doubt', () => {
    expect(strays([ASK, [reconciled('unknown'), 20, abandon('unknown')], [KEPT, 25, unknown('reconcile')]])).toEqual([])
  })

  it('did not, but the lease is over: another worker may be at it', () => {
    expect(
      strays([ASK, [reconciled('not-applied'), 105, abandon('unknown')], [KEPT, 106, unknown('reconcile')]]),
    ).toEqual([])
    expect(strays([ASK, [reconciled('not-applied'), 100, abandon('unknown')]])).toEqual([])
  })

  it('did not, but the caller was told that nobody knows: nothing is begun', () => {
    expect(
      strays([
        ASK,
        [LAPSED, 105, unknown('lease')],
        [{ on: 'renewed', sent: 100 }, 106, NOTHING],
        [reconciled('not-applied'), 110, abandon('unknown')],
        [KEPT, 111, NOTHING],
      ]),
    ).toEqual([])
  })

  it('is no news once another worker has the key', () => {
    expect(
      strays([ASK, [GONE, 20, LOOK], [reconciled('not-applied'), 30, NOTHING], [reconciled('applied'), 30, NOTHING]]),
    ).toEqual([])
  })
})

describe('a run that lost its key', () => {
  it('answers with the result of the winner', () => {
    const replayed = told({ is: 'replayed', found: THEIRS, lost: true })
    expect(strays([...WORK, [lost(THEIRS), 200, BEGIN], [begun(THEIRS), 201, replayed]])).toEqual([])
    expect(
      strays([
        GRANT,
        [GONE, 150, LOOK],
        [DONE, 160, NOTHING],
        [found(THEIRS), 170, BEGIN],
        [UNANSWERED, 171, pause(0, 79)],
        [WOKE, 172, BEGIN],
        [begun(THEIRS), 173, replayed],
      ]),
    ).toEqual([])
  })

  // Only a claim compares payloads: it is asked for the result, never for the right to run.
  it('does not answer with the result of another payload', () => {
    const run = walk([...WORK, [lost(THEIRS), 200, BEGIN], [begun({ is: 'mismatch' }), 201, unknown('lease')]])
    expect(run.phase).toBe('over')
  })

  it('gives back what it is granted when the result was forgotten in between', () => {
    expect(
      strays([
        ...WORK,
        [lost(THEIRS), 50, BEGIN],
        [begun(GRANTED), 51, unknown('lease')],
        [ANSWERED, 51, pause(0, 49)],
        [WOKE, 60, abandon('forget')],
        [KEPT, 61, NOTHING],
      ]),
    ).toEqual([])
  })

  it('waits for the winner from then on, and then says that somebody is at it', () => {
    const run = walk([
      ...WORK,
      [lost(running(30)), 200, wait(30)],
      [WOKE, 230, LOOK],
      [found(running(100)), 231, wait(19)],
      [WOKE, 250, LOOK],
      [found(running(81)), 250, told({ is: 'in-progress', left: 81 })],
    ])
    expect(run.phase).toBe('over')
  })

  it.each<Found>([{ is: 'absent' }, { is: 'free' }, { is: 'unknown', created: 1 }])('never begins anew: %j', (each) => {
    expect(walk([...WORK, [lost(each), 200, unknown('lease')]])).toMatchObject({ phase: 'over' })
  })

  // A client that reconnects sends its last command again by itself.
  it.each<Found>([{ is: 'free' }, { is: 'unknown', created: 1 }])(
    'has not lost what it gave back itself: %j',
    (each) => {
      const failed: Turn[] = [GRANT, [handled('free'), 20, abandon('free')]]
      expect(strays([...failed, [lost(each), 30, told({ is: 'ended', kept: 'free' })]])).toEqual([])
      expect(strays([...failed, [lost({ is: 'absent' }), 30, unknown('lease')]])).toEqual([])
    },
  )

  it('asks the store for a lease long what became of the key', () => {
    expect(
      strays([
        GRANT,
        [GONE, 150, LOOK],
        [UNANSWERED, 160, pause(0, 90)],
        [WOKE, 170, LOOK],
        [UNANSWERED, 249, pause(1, 1)],
        [WOKE, 250, LOOK],
        [UNANSWERED, 250, unknown('store')],
      ]),
    ).toEqual([])
  })

  it('counts the failures of the store in a row only', () => {
    expect(
      strays([
        GRANT,
        [GONE, 150, LOOK],
        [UNANSWERED, 160, pause(0, 90)],
        [WOKE, 161, LOOK],
        [found(running(5)), 162, wait(5)],
        [WOKE, 167, LOOK],
        [UNANSWERED, 170, pause(0, 80)],
      ]),
    ).toEqual([])
  })

  it('says that nobody knows when its lease ends unheard, and records its work all the same', () => {
    const run = walk([
      GRANT,
      [LAPSED, 105, unknown('lease')],
      [ANSWERED, 105, NOTHING],
      [DONE, 120, COMPLETE],
      [KEPT, 125, NOTHING],
    ])
    expect(run.phase).toBe('over')
  })

  it('hears of it when its work is over: no news', () => {
    expect(
      strays([...WORK, [GONE, 21, NOTHING], [LAPSED, 110, NOTHING], [KEPT, 111, told({ is: 'ended', kept: 'store' })]]),
    ).toEqual([])
    expect(strays([[GONE, 1, NOTHING]])).toEqual([])
  })
})

describe('a caller that leaves', () => {
  it('does not stop the work', () => {
    const run = walk([GRANT, [LEFT, 10, NOTHING], [DONE, 20, COMPLETE], [KEPT, 25, NOTHING]])
    expect(run).toMatchObject({ phase: 'over', answered: true })
  })

  it('is waited for no more', () => {
    const run = walk([
      [begun(running(200)), 5, wait(45)],
      [LEFT, 10, NOTHING],
      [WOKE, 11, NOTHING],
    ])
    expect(run).toMatchObject({ phase: 'over', answered: true })
  })

  it('has its claim given back, should it be granted', () => {
    const run = walk([
      [LEFT, 1, NOTHING],
      [begun(GRANTED), 5, abandon('forget')],
      [KEPT, 6, NOTHING],
    ])
    expect(run.phase).toBe('over')
    const other = walk([
      [LEFT, 1, NOTHING],
      [begun(THEIRS), 5, NOTHING],
    ])
    expect(other.phase).toBe('over')
  })

  it('has nothing begun for it', () => {
    expect(
      strays([
        [begun(DOUBTFUL), 5, { do: 'reconcile', granted: DOUBTFUL }],
        [LEFT, 6, NOTHING],
        [reconciled('not-applied'), 7, abandon('unknown')],
        [UNANSWERED, 8, pause(0, 92)],
      ]),
    ).toEqual([])
  })
})

it('is told one thing only', () => {
  const run = walk([...WORK, [KEPT, 25, told({ is: 'ended', kept: 'store' })]])
  for (const event of [KEPT, lost({ is: 'free' }), found(THEIRS), begun(THEIRS), LAPSED, UNANSWERED, WOKE, DONE]) {
    expect(advance(run, event, 30).do, `after ${event.on}`).toBe('nothing')
  }
})

describe('work that has had its time', () => {
  const TIME_UP = { on: 'time-up' } as const

  it('goes on, and what it comes to is recorded', () => {
    expect(strays([GRANT, [TIME_UP, 10, NOTHING], [DONE, 20, COMPLETE]])).toEqual([])
  })

  // A reconcile hook that outlasted it was followed by a handler, beside the one of whoever took over.
  it('is not begun after a look that took all of it', () => {
    const looked = [begun(DOUBTFUL), 5, { do: 'reconcile', granted: DOUBTFUL }] as const
    expect(strays([looked, [TIME_UP, 10, NOTHING], [reconciled('not-applied'), 20, abandon('unknown')]])).toEqual([])
  })

  it('beats no more, and its lease is watched to its end', () => {
    const run = walk([GRANT])
    expect(beat(run, 0)).toEqual({ ms: 100 / 3, renews: true })
    expect(beat(run, 90)).toEqual({ ms: 10, renews: true })
    expect(beat(run, 101)).toEqual({ ms: 0, renews: true })
    advance(run, TIME_UP, 10)
    expect(beat(run, 10)).toEqual({ ms: 90, renews: false })
  })
})

it('a store that was used wrongly is not asked again', () => {
  expect(walk([[{ on: 'refused' }, 1, told({ is: 'refused' })]])).toMatchObject({ phase: 'over' })
})

// Whoever is told ends it, and what is written later lands outside of it.
it('in a transaction of its caller’s nobody is told before nothing more is written', () => {
  expect(strays([GRANT, [LAPSED, 500, NOTHING], [DONE, 600, COMPLETE]], { transaction: true, within: true })).toEqual(
    [],
  )
})
