/**
 * Turns: events that a run meets, and the actions that it answers them with.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { advance } from '../../src/policy/idempotency/advance.js'
import type { Begun, Found, Granted, Held } from '../../src/policy/idempotency/record.js'
import { type Run, type RunAction, type RunEvent, type RunRules, startRun } from '../../src/policy/idempotency/run.js'

export const RULES: RunRules = { transaction: false, within: false, lease: 100, wait: 50, open: false, run: 'me' }

export const GRANTED: Granted = { is: 'granted', fence: 7, points: {}, created: 1, takeover: false, reconcile: false }
export const DOUBTFUL: Granted = { ...GRANTED, takeover: true, reconcile: true }

export const THEIRS = {
  is: 'completed',
  fence: 9,
  run: 'them',
  outcome: 'done',
  created: 1,
  settled: 2,
  expires: 3,
  now: 2,
} as const

export const OURS = { ...THEIRS, run: 'me' } as const

export const NOTHING: RunAction = { do: 'nothing' }
export const BEGIN: RunAction = { do: 'begin' }
export const LOOK: RunAction = { do: 'look' }
export const COMPLETE: RunAction = { do: 'complete', fence: 7 }
export const KEPT: RunEvent = { on: 'held', answer: { is: 'kept' } }
export const WOKE: RunEvent = { on: 'woke' }
export const ANSWERED: RunEvent = { on: 'answered' }
export const DONE: RunEvent = { on: 'handled', kept: 'store' }
export const UNANSWERED: RunEvent = { on: 'store-failed', rolledBack: false }
export const REFUSED: RunEvent = { on: 'store-failed', rolledBack: true }
export const GONE: RunEvent = { on: 'lease-lost', gone: true }
export const LAPSED: RunEvent = { on: 'lease-lost', gone: false }
export const LEFT: RunEvent = { on: 'caller-gone' }

export const begun = (answer: Begun): RunEvent => ({ on: 'begun', answer })
export const found = (answer: Found): RunEvent => ({ on: 'found', answer })
export const lost = (answer: Found): RunEvent => ({ on: 'held', answer: { is: 'lost', found: answer } satisfies Held })
export const running = (left: number): Extract<Found, { is: 'running' }> => ({
  is: 'running',
  fence: 9,
  left,
  created: 1,
})
export const handled = (kept: 'free' | 'forget' | 'unknown'): RunEvent => ({ on: 'handled', kept })
export const reconciled = (verdict: 'applied' | 'not-applied' | 'unknown'): RunEvent => ({ on: 'reconciled', verdict })
export const pause = (retry: number, most: number): RunAction => ({ do: 'pause', retry, most })
export const wait = (ms: number): RunAction => ({ do: 'wait', ms })
export const abandon = (as: 'free' | 'forget' | 'unknown'): RunAction => ({ do: 'abandon', fence: 7, as })
export const told = (answer: Extract<RunAction, { do: 'answer' }>['answer']): RunAction => ({ do: 'answer', answer })
export const unknown = (why: 'before' | 'reconcile' | 'lease' | 'store'): RunAction => told({ is: 'unknown', why })
export const handle = (granted: Granted | undefined = GRANTED): RunAction => ({ do: 'handle', granted })

/** An event, the moment at which it happens, and what it leads to. */
export type Turn = readonly [RunEvent, number, RunAction]

/** All of a run, from its claim at 0 on. `strays`: the turns that led elsewhere, with what they led to. */
export function play(turns: readonly Turn[], rules: Partial<RunRules> = {}): { run: Run; strays: readonly unknown[] } {
  const run = startRun({ ...RULES, ...rules }, 0)
  const list = turns.flatMap((turn, index) => {
    const [event, now, expected] = turn
    const action = advance(run, event, now)
    return isDeepStrictEqual(action, expected) ? [] : [{ turn: index + 1, event, now, action, expected }]
  })
  return { run, strays: list }
}

export function strays(turns: readonly Turn[], rules: Partial<RunRules> = {}): readonly unknown[] {
  return play(turns, rules).strays
}

/** The run at the end, where every turn led where it should. */
export function walk(turns: readonly Turn[], rules: Partial<RunRules> = {}): Run {
  const played = play(turns, rules)
  expect(played.strays).toEqual([])
  return played.run
}

export const GRANT: Turn = [begun(GRANTED), 5, handle()]
export const WORK: readonly Turn[] = [GRANT, [DONE, 20, COMPLETE]]
