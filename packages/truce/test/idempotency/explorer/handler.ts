/**
 * Handler: the work itself, one move for each thing that it does.
 *
 * It does not heed its signal: the worst of handlers. It is honest: it says that nothing was applied only
 * where it applied nothing, and a hook says what it has seen.
 *
 * @module
 */
import type { Failure } from '../../../src/policy/classify.js'
import { leaseEnds } from '../../../src/policy/idempotency/run.js'
import type { Mode } from '../../../src/policy/idempotency/record.js'
import { feed, rest } from './engine.js'
import { apply, identityOf, recordOf, takeEffect } from './store.js'
import { breaks, type Handler, local, own, type Worker, type World } from './world.js'

export type Deed = (draft: World, me: Worker, handler: Handler) => void

export interface Act {
  readonly what: string
  readonly costs?: 'faults' | 'upsets'
  readonly deed: Deed
}

export function acts(world: World, handler: Handler): readonly Act[] {
  if (handler.work === 'hook') return handler.verdict === undefined ? LOOKS : SAYS
  if (handler.noted) return HEARS
  const { mode, steps } = world.setting.scenario
  const parts = mode === 'derived-key' ? steps : 1
  const list = [...failures(mode, handler)]
  if (handler.at >= parts) return [...list, SUCCEEDS]
  if (mode === 'transaction') return [...list, WRITES]
  if (mode === 'at-most-once') return [...list, ACTS]
  return handler.called ? [...list, ...NOTES] : [...list, CALLS]
}

/** The hook reads where the effect would be. */
const LOOKS: readonly Act[] = [
  {
    what: 'its hook looks for the effect',
    deed: (draft, me, handler) => {
      const { hook } = draft.setting.scenario
      const fence = handler.granted?.fence ?? 0
      if (hook === 'fenced') draft.effectFence = Math.max(draft.effectFence, fence)
      const seen = draft.effects.length > 0
      me.handler = { ...handler, verdict: seen ? 'applied' : 'not-applied' }
      if (seen) me.outcome = `done by ${draft.effects[0]}`
      else for (const [index, { dark }] of draft.workers.entries()) if (dark) forgive(draft, me, index)
    },
  },
  {
    what: 'its hook cannot tell',
    costs: 'upsets',
    deed: (_draft, me, handler) => {
      me.handler = { ...handler, verdict: 'unknown' }
    },
  },
]

/** What it was is known now: nothing so far. */
function forgive(draft: World, me: Worker, index: number): void {
  if (draft.workers[index] === me) me.dark = false
  else own(draft, index).dark = false
}

const SAYS: readonly Act[] = [
  {
    what: 'its hook says what it saw',
    deed: (draft, me, { verdict }) => {
      me.handler = undefined
      feed(draft, me, { on: 'reconciled', verdict: verdict as 'applied' | 'not-applied' | 'unknown' })
      rest(draft, me)
    },
  },
]

/** In a transaction: nobody sees it yet. */
const WRITES: Act = {
  what: 'its handler writes',
  deed: (draft, me, handler) => {
    const { session } = draft
    if (session?.by === me.name && session.state === 'open') {
      draft.session = { ...session, effect: true }
      me.handler = { ...handler, at: 1, touched: true }
    } else if (handler.granted === undefined) {
      takeEffect(draft, me.name)
      me.handler = { ...handler, at: 1, touched: true }
    } else end(draft, me, { class: 'unavailable', certainty: 'unknown', answered: false }, true)
  },
}

const ACTS: Act = {
  what: 'its handler takes effect',
  deed: (draft, me, handler) => {
    const { hook, open } = draft.setting.scenario
    const fence = handler.granted?.fence ?? 0
    if (hook.startsWith('fenced')) {
      if (fence < draft.effectFence) {
        end(draft, me, { class: 'conflict', certainty: 'not-applied', answered: true }, true)
        return
      }
      draft.effectFence = fence
    }
    // Without a fence at the effect nobody can stop a worker that was held up for longer than its lease: what is
    // promised is that nobody else does it twice, and that its signal was aborted or due.
    const late = handler.aborted || local(draft) >= leaseEnds(me.run as NonNullable<Worker['run']>)
    draft.zombie ||= late
    if (draft.effects.length > 0 && !open) {
      const excused = draft.zombie && hook !== 'fenced' && hook !== 'none'
      breaks(draft, excused ? ZOMBIE : duplicate(draft, me))
    }
    takeEffect(draft, me.name)
    me.handler = { ...handler, at: 1, touched: true }
  },
}

/** Not a fault of the protocol, but of an effect without a fence: named, so that it can be told apart. */
export const ZOMBIE = 'a zombie: the effect happened twice, once by a run whose signal was aborted or due'

function duplicate({ effects }: World, { name }: Worker): string {
  return `one effect: ${effects[0]} had taken effect, and ${name} did so again`
}

/** A foreign party does what a key asks once, and answers as it did then. */
const CALLS: Act = {
  what: 'its handler calls out for a step',
  deed: (draft, me, handler) => {
    const { at, granted } = handler
    const step = `step ${at}`
    if (granted?.points[step] !== undefined) {
      me.handler = { ...handler, at: at + 1 }
      return
    }
    const record = recordOf(draft, me)
    if (record?.points[step] !== undefined && record.state === 'running' && record.fence === granted?.fence) {
      breaks(draft, `finished steps stay finished: ${me.name} holds the key and did ${step} again`)
    }
    const { wish } = identityOf(draft, me)
    draft.called = draft.called.with(at, draft.called[at] ?? wish)
    if (draft.called[at] !== wish) breaks(draft, `a step belongs to one payload: ${step} was answered to another one`)
    me.handler = { ...handler, called: true, touched: true }
  },
}

const note: Deed = (draft, me, handler) => {
  const { granted, at } = handler
  const answer = apply(draft, identityOf(draft, me).place, {
    do: 'note',
    fence: granted?.fence ?? 0,
    name: `step ${at}`,
  }) as NonNullable<NonNullable<Handler['noted']>['answer']>
  me.handler = { ...handler, noted: { sent: local(draft), answer } }
}

const NOTES: readonly Act[] = [
  { what: 'the step is noted', deed: note },
  {
    what: 'the step is noted, and the answer gets lost',
    costs: 'faults',
    deed: (draft, me, handler) => {
      note(draft, me, handler)
      me.handler = { ...handler, noted: { sent: 0, answer: undefined } }
    },
  },
  {
    what: 'the note of the step never arrives',
    costs: 'faults',
    deed: (_draft, me, handler) => {
      me.handler = { ...handler, noted: { sent: 0, answer: undefined } }
    },
  },
]

const HEARS: readonly Act[] = [
  {
    what: 'its handler hears of its note',
    deed: (draft, me, handler) => {
      const { sent, answer } = handler.noted as NonNullable<Handler['noted']>
      if (answer === undefined) {
        end(draft, me, { class: 'unavailable', certainty: 'unknown', answered: false }, true)
      } else if (answer.is === 'kept') {
        me.handler = { ...handler, noted: undefined, called: false, at: handler.at + 1 }
        feed(draft, me, { on: 'renewed', sent })
      } else {
        me.handler = undefined
        feed(draft, me, { on: 'lease-lost', gone: true })
        rest(draft, me)
      }
    },
  },
]

const SUCCEEDS: Act = {
  what: 'its handler ends well',
  deed: (draft, me) => end(draft, me, undefined, false),
}

function* failures(mode: Mode, { at, called, touched, granted }: Handler): Iterable<Act> {
  yield fails('fails and cannot tell what it did', { class: 'internal', certainty: 'unknown', answered: false }, true)
  if (called) return
  const first = at === 0 && !touched
  if (first && Object.keys(granted?.points ?? {}).length === 0) {
    yield fails(
      'fails before it did anything',
      { class: 'unavailable', certainty: 'not-applied', answered: false },
      true,
    )
  }
  // By the next thing that it asked: in a handler of several steps the ones before have been done.
  if (first || mode === 'derived-key') {
    yield fails('is refused for good', { class: 'rejected', certainty: 'unknown', answered: true }, false)
  }
}

function fails(what: string, failure: Failure, threw: boolean): Act {
  return { what: `its handler ${what}`, costs: 'upsets', deed: (draft, me) => end(draft, me, failure, threw) }
}

function end(draft: World, me: Worker, failure: Failure | undefined, threw: boolean): void {
  const { mode, keeping } = draft.setting.scenario
  const handler = me.handler as Handler
  const kept = draft.setting.steps.keep(keeping, mode, { failure, threw })
  if (!handler.touched && (failure === undefined || failure.certainty === 'not-applied' || failure.answered)) {
    me.dark = false
  }
  me.handler = undefined
  me.outcome = failure === undefined ? `done by ${me.name}` : `refused to ${me.name}`
  feed(draft, me, { on: 'handled', kept })
  rest(draft, me)
}
