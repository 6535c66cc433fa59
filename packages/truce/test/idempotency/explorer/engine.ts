/**
 * Engine: feeds events to `advance` and keeps what it says is to be done.
 *
 * Answers are given at once, for nothing can come between: a crash before the caller has its answer is one
 * before the event.
 *
 * @module
 */
import type { RunAction, RunAnswer, RunEvent } from '../../../src/policy/idempotency/run.js'
import { leaseEnds, startRun } from '../../../src/policy/idempotency/run.js'
import { identityOf } from './store.js'
import { breaks, type Handler, IDLE, local, own, type Worker, type World } from './world.js'

/** A caller calls. */
export function call(draft: World, index: number, payload: number): void {
  const me = own(draft, index)
  const { mode, lease, wait, open } = draft.setting.scenario
  me.state = 'up'
  me.payload = payload
  me.run = startRun(
    { transaction: mode === 'transaction', within: false, lease, wait, open, run: me.name },
    local(draft),
  )
  me.doing = { do: 'begin' }
}

/** @param me a copy that may be changed */
export function feed(draft: World, me: Worker, event: RunEvent): void {
  if (me.run === undefined) return
  me.run = { ...me.run }
  take(draft, me, draft.setting.steps.advance(me.run, event, local(draft)))
  rest(draft, me)
}

function take(draft: World, me: Worker, action: RunAction): void {
  const run = me.run as NonNullable<Worker['run']>
  switch (action.do) {
    case 'nothing':
      return
    case 'answer':
      tell(draft, me, action.answer)
      return take(draft, me, draft.setting.steps.advance(run, { on: 'answered' }, local(draft)))
    case 'handle':
    case 'reconcile':
      me.doing = IDLE
      return start(draft, me, action.do === 'handle' ? 'handle' : 'hook', action.granted)
    case 'wait':
      me.changed = false
      me.until = local(draft) + action.ms
      me.doing = action
      return
    default:
      me.doing = action
  }
}

function start(draft: World, me: Worker, work: Handler['work'], granted: Handler['granted']): void {
  const { mode } = draft.setting.scenario
  if (granted && mode !== 'transaction' && local(draft) >= leaseEnds(me.run as NonNullable<Worker['run']>)) {
    breaks(draft, 'nothing starts late: work was begun under a lease that had ended by the own clock')
  }
  if (work === 'handle') {
    const before = draft.workers.find(({ name, dark }) => dark && name !== me.name)
    if (mode === 'at-most-once' && granted && before) {
      breaks(draft, `no silent re-run: ${me.name} began though nobody knows what ${before.name} did`)
    }
    me.dark = granted !== undefined
  }
  const at = { at: 0, called: false, noted: undefined, touched: false, verdict: undefined, aborted: false }
  me.handler = { work, granted, ...at }
}

/** An answer for the caller. */
function tell(draft: World, me: Worker, answer: RunAnswer): void {
  switch (answer.is) {
    case 'ended':
      if (answer.kept === 'store') result(draft, me, me.outcome)
      return
    case 'reconciled':
      return result(draft, me, me.outcome)
    case 'replayed':
      return result(draft, me, answer.found.outcome)
    case 'mismatch':
      if (draft.workers.every((other) => other.state === 'idle' || wishOf(draft, other) === wishOf(draft, me))) {
        breaks(draft, 'a repeat is no mismatch: a caller with the same payload was told that its payload is another')
      }
      return
    case 'unavailable':
    case 'rolled-back':
      me.denied = true
      if (draft.effects.includes(me.name)) {
        breaks(draft, 'what is denied stays undone: a caller was told that nothing was done, and it was')
      }
      return
    case 'unknown':
    case 'in-progress':
      return needless(draft, answer.is)
    default:
  }
}

function wishOf(world: World, worker: Worker): string {
  return identityOf(world, worker).wish
}

function result(draft: World, me: Worker, told: string): void {
  const by = draft.workers.find(({ name }) => told.endsWith(name))
  if (by && wishOf(draft, by) !== wishOf(draft, me)) {
    breaks(draft, `a result belongs to one payload: ${me.name} was told what became of another one`)
  }
  if (draft.result !== undefined && draft.result !== told) {
    breaks(draft, `one answer: one caller was told ${draft.result}, another one ${told}`)
  }
  draft.result = told
}

/** Without a crash, a leap of time or a fault there is no reason for doubt. */
function needless(draft: World, told: string): void {
  const { budget, wait } = draft.setting.scenario
  const { left } = draft
  if (wait === 0) return
  if (left.crashes < budget.crashes || left.time < budget.time) return
  if (left.faults < budget.faults || left.upsets < budget.upsets || left.partings < budget.partings) return
  breaks(draft, `no needless doubt: a caller was told ${told} though nothing had gone wrong`)
}

/** What is over and has no handler any more: nothing of it matters but what it may have left behind. */
export function rest(draft: World, me: Worker): void {
  const { run } = me
  if (run?.phase !== 'over') return
  if (!run.answered) breaks(draft, 'everyone is answered: a run ended and its caller was told nothing')
  me.doing = IDLE
  me.beat = undefined
  if (me.handler) return
  lay(me, 'over')
}

export function lay(me: Worker, state: 'over' | 'crashed'): void {
  me.state = state
  me.run = undefined
  me.doing = IDLE
  me.inbox = undefined
  me.handler = undefined
  me.beat = undefined
  me.beats = 0
  me.until = 0
  me.changed = false
  me.timed = false
  me.outcome = ''
}
