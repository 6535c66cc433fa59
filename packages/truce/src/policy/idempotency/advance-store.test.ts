import { describe, expect, it } from 'vitest'
import type { Found } from './record.js'
import {
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
  begun,
  found,
  lost,
  running,
  handled,
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
  REFUSED,
} from '../../../test/idempotency/turns.js'

describe('a store that does not answer', () => {
  it('is asked for the claim for as long as a duplicate would wait', () => {
    const run = walk([
      [UNANSWERED, 10, pause(0, 40)],
      [WOKE, 20, BEGIN],
      [UNANSWERED, 30, pause(1, 20)],
      [WOKE, 45, BEGIN],
      [begun(GRANTED), 46, handle()],
    ])
    expect(run).toMatchObject({ sent: 45, failures: 0 })
  })

  it('is asked again after a wait for another run, for what is left of that', () => {
    expect(
      strays([
        [begun({ is: 'running', fence: 9, left: 20, created: 1 }), 5, wait(20)],
        [WOKE, 25, BEGIN],
        [UNANSWERED, 30, pause(0, 20)],
        [WOKE, 31, BEGIN],
      ]),
    ).toEqual([])
  })

  it('is asked to undo the claim of a caller who left, unless it went with its transaction', () => {
    const left = { on: 'caller-gone' } as const
    const undone: Turn[] = [
      [left, 1, NOTHING],
      [UNANSWERED, 10, pause(0, 90)],
      [WOKE, 20, BEGIN],
    ]
    expect(strays(undone)).toEqual([])
    const gone = walk(
      [
        [left, 1, NOTHING],
        [UNANSWERED, 10, NOTHING],
      ],
      { transaction: true },
    )
    expect(gone.phase).toBe('over')
  })

  it('is given up, and nothing was done', () => {
    expect(strays([[REFUSED, 50, told({ is: 'unavailable' })]])).toEqual([])
    const run = walk([[UNANSWERED, 50, told({ is: 'unavailable' })]], { transaction: true })
    expect(run.phase).toBe('over')
  })

  it('is done without where that was asked for', () => {
    const run = walk(
      [
        [REFUSED, 10, pause(0, 40)],
        [WOKE, 50, BEGIN],
        [UNANSWERED, 50, { do: 'handle', granted: undefined }],
        [DONE, 60, told({ is: 'ended', kept: undefined })],
      ],
      { open: true },
    )
    expect(run.phase).toBe('over')
  })

  describe('after the claim: it may have arrived', () => {
    const UNDO: readonly Turn[] = [
      [UNANSWERED, 10, pause(0, 40)],
      [WOKE, 20, BEGIN],
      [UNANSWERED, 50, told({ is: 'unavailable' })],
      [ANSWERED, 50, pause(0, 70)],
      [WOKE, 60, BEGIN],
    ]

    it.each([
      ['nobody had it', GRANTED, 'forget'],
      ['another run gave it back', { ...GRANTED, takeover: true }, 'free'],
      ['another run ended in the dark', DOUBTFUL, 'unknown'],
    ] as const)('given back as it was: %s', (_what, granted, as) => {
      const run = walk([...UNDO, [begun(granted), 61, abandon(as)], [KEPT, 62, NOTHING]])
      expect(run.phase).toBe('over')
    })

    it('is let be where somebody else has the key', () => {
      expect(walk([...UNDO, [begun(THEIRS), 61, NOTHING]]).phase).toBe('over')
    })

    it('is tried until the lease of the first claim would be over', () => {
      const run = walk([
        ...UNDO,
        [UNANSWERED, 70, pause(1, 50)],
        [WOKE, 80, BEGIN],
        [UNANSWERED, 119, pause(2, 1)],
        [WOKE, 120, BEGIN],
        [UNANSWERED, 120, NOTHING],
      ])
      expect(run).toMatchObject({ phase: 'over', sent: 20 })
    })

    it('is let be where that lease is over already', () => {
      const run = walk([
        [UNANSWERED, 50, told({ is: 'unavailable' })],
        [ANSWERED, 100, NOTHING],
      ])
      expect(run.phase).toBe('over')
    })

    it('is given back again and again, until the lease is over', () => {
      const run = walk([
        ...UNDO,
        [begun(GRANTED), 61, abandon('forget')],
        [UNANSWERED, 70, pause(1, 50)],
        [WOKE, 80, abandon('forget')],
        [UNANSWERED, 120, NOTHING],
      ])
      expect(run.phase).toBe('over')
    })
  })

  it('is told of the result until the lease ends: then nobody knows', () => {
    expect(
      strays([
        ...WORK,
        [UNANSWERED, 30, pause(0, 70)],
        [WOKE, 40, COMPLETE],
        [UNANSWERED, 99, pause(1, 1)],
        [WOKE, 100, COMPLETE],
        [UNANSWERED, 100, unknown('store')],
      ]),
    ).toEqual([])
    expect(
      strays([
        ...WORK,
        [UNANSWERED, 30, pause(0, 70)],
        [WOKE, 40, COMPLETE],
        [KEPT, 41, told({ is: 'ended', kept: 'store' })],
      ]),
    ).toEqual([])
    expect(strays([...WORK, [REFUSED, 30, pause(0, 70)]])).toEqual([])
  })

  it('finds its own result where the answer to it got lost', () => {
    expect(strays([...WORK, [lost(OURS), 30, told({ is: 'ended', kept: 'store' })]])).toEqual([])
  })

  it('does not keep the caller of work that failed', () => {
    const run = walk([
      GRANT,
      [handled('free'), 20, abandon('free')],
      [UNANSWERED, 30, told({ is: 'ended', kept: 'free' })],
      [ANSWERED, 30, pause(0, 70)],
      [WOKE, 40, abandon('free')],
      [UNANSWERED, 99, pause(1, 1)],
      [WOKE, 100, abandon('free')],
      [UNANSWERED, 100, NOTHING],
    ])
    expect(run.phase).toBe('over')
  })

  it('does not keep the caller of work that failed past its lease either', () => {
    const run = walk([
      GRANT,
      [handled('free'), 20, abandon('free')],
      [UNANSWERED, 100, told({ is: 'ended', kept: 'free' })],
      [ANSWERED, 100, NOTHING],
    ])
    expect(run.phase).toBe('over')
  })

  it('while the work goes on, or is over, is nothing to a run', () => {
    expect(strays([GRANT, [UNANSWERED, 30, NOTHING], [WOKE, 30, NOTHING]])).toEqual([])
  })
})

describe('a transaction', () => {
  const rules = { transaction: true }

  it('that the database refuses is rolled back', () => {
    expect(walk([...WORK, [REFUSED, 30, told({ is: 'rolled-back' })]], rules).phase).toBe('over')
  })

  it('that its own work ended is unknown: some of it is there, and nothing is looked up or repeated', () => {
    const escaped = told({ is: 'unknown', why: 'escaped' })
    expect(walk([GRANT, [{ on: 'escaped' }, 30, escaped]], rules).phase).toBe('over')
  })

  it('whose commit is not answered is looked up, not repeated', () => {
    const ended = told({ is: 'ended', kept: 'store' })
    expect(strays([...WORK, [UNANSWERED, 30, LOOK], [found(OURS), 31, ended]], rules)).toEqual([])
    const replayed = told({ is: 'replayed', found: THEIRS, lost: true })
    const looked: Turn[] = [...WORK, [UNANSWERED, 30, LOOK], [found(THEIRS), 31, BEGIN]]
    expect(strays([...looked, [begun(THEIRS), 32, replayed]], rules)).toEqual([])
    const rolledBack = told({ is: 'rolled-back' })
    expect(strays([...looked, [begun({ is: 'mismatch' }), 32, rolledBack]], rules)).toEqual([])
    expect(strays([...looked, [begun(GRANTED), 32, rolledBack]], rules)).toEqual([])
  })

  it.each<Found>([{ is: 'absent' }, { is: 'free' }, { is: 'unknown', created: 1 }])(
    'that nobody finds was rolled back: %j',
    (each) => {
      expect(strays([...WORK, [UNANSWERED, 30, LOOK], [found(each), 31, told({ is: 'rolled-back' })]], rules)).toEqual(
        [],
      )
    },
  )

  it('that is still under way is waited for, from then on', () => {
    expect(
      strays(
        [
          ...WORK,
          [UNANSWERED, 70, LOOK],
          [found(running(500)), 71, wait(49)],
          [WOKE, 120, LOOK],
          [found(running(450)), 120, told({ is: 'in-progress', left: 450 })],
        ],
        rules,
      ),
    ).toEqual([])
  })

  it('that nobody can look up is unknown', () => {
    expect(
      strays(
        [
          ...WORK,
          [UNANSWERED, 30, LOOK],
          [UNANSWERED, 40, pause(0, 90)],
          [WOKE, 130, LOOK],
          [UNANSWERED, 130, unknown('store')],
        ],
        rules,
      ),
    ).toEqual([])
  })

  it('whose work failed is rolled back, heard or not', () => {
    const ended = told({ is: 'ended', kept: 'forget' })
    expect(walk([GRANT, [handled('forget'), 20, abandon('forget')], [UNANSWERED, 30, ended]], rules).phase).toBe('over')
  })
})
