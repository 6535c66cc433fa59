/**
 * Commands: what a worker's engine was told to do, and all that can become of it.
 *
 * - done, and the answer is on its way
 * - done, and the answer gets lost; or the connection breaks before it arrives: both look alike
 * - the store says no before anything is written
 * - nobody answers, the worker gives it up, and it arrives late
 *
 * @module
 */
import type { Begun, Held } from '../../../src/policy/idempotency/record.js'
import type { RunEvent } from '../../../src/policy/idempotency/run.js'
import { feed } from './engine.js'
import { apply, claimOf, commit, identityOf, look, open, rollBack } from './store.js'
import { type Command, IDLE, local, type Session, type Worker, type World } from './world.js'

interface Chance {
  readonly what: string
  readonly costs?: 'faults'
  readonly deed: (draft: World, me: Worker) => void
}

const UNANSWERED: RunEvent = { on: 'store-failed', rolledBack: false }
const REFUSED: RunEvent = { on: 'store-failed', rolledBack: true }

export function commands(world: World, me: Worker): readonly Chance[] {
  const { doing } = me
  switch (doing.do) {
    case 'nothing':
      return []
    case 'wait':
      return me.changed || local(world) >= me.until ? WAKES : []
    case 'pause':
      return WAKES
    case 'look':
      return LOOKS
    default:
      return world.setting.scenario.mode === 'transaction' ? inTransaction(world, me) : alone(world, me)
  }
}

const WAKES: readonly Chance[] = [
  {
    what: 'wakes',
    deed: (draft, me) => {
      me.doing = IDLE
      feed(draft, me, { on: 'woke' })
    },
  },
]

const LOOKS: readonly Chance[] = [
  { what: 'looks', deed: (draft, me) => answered(me, { on: 'found', answer: look(draft, me) }) },
  { what: 'looks, and nobody answers', costs: 'faults', deed: (_draft, me) => answered(me, UNANSWERED) },
]

function answered(me: Worker, event: RunEvent): void {
  me.doing = IDLE
  me.inbox = event
}

function commandOf(world: World, me: Worker): Command {
  const { doing, name, outcome } = me
  if (doing.do === 'complete') return { do: 'complete', fence: doing.fence, outcome }
  if (doing.do === 'abandon') return { do: 'abandon', fence: doing.fence, as: doing.as }
  return { do: 'begin', claim: claimOf(world, me, me.run?.rules.run ?? name) }
}

function said(command: Command, answer: Begun | Held): RunEvent {
  return command.do === 'begin' ? { on: 'begun', answer: answer as Begun } : { on: 'held', answer: answer as Held }
}

const NAMED = { begin: 'claims', complete: 'completes', abandon: 'gives its claim up', renew: '', note: '' }

/** Each command for itself. */
function alone(world: World, me: Worker): readonly Chance[] {
  const command = commandOf(world, me)
  const { place } = identityOf(world, me)
  const what = NAMED[command.do]
  return [
    { what, deed: (draft, self) => answered(self, said(command, apply(draft, place, command))) },
    {
      what: `${what}, and the answer gets lost`,
      costs: 'faults',
      deed: (draft, self) => {
        apply(draft, place, command)
        answered(self, UNANSWERED)
      },
    },
    { what: `${what}, and the store is away`, costs: 'faults', deed: (_draft, self) => answered(self, REFUSED) },
    {
      what: `${what}, and nobody answers`,
      costs: 'faults',
      deed: (draft, self) => {
        draft.late = [...draft.late, { by: self.name, place, command }]
        answered(self, UNANSWERED)
      },
    },
  ]
}

function inTransaction(world: World, me: Worker): readonly Chance[] {
  const command = commandOf(world, me)
  if (command.do === 'begin') return claims(command.claim)
  if (command.do === 'abandon') return GIVES_UP
  return world.session?.by === me.name && world.session.state === 'open' ? COMMITS : CANNOT
}

function claims(claim: Extract<Command, { do: 'begin' }>['claim']): readonly Chance[] {
  return [
    { what: 'claims', deed: (draft, me) => answered(me, { on: 'begun', answer: open(draft, me, claim) }) },
    {
      what: 'claims, and its connection breaks',
      costs: 'faults',
      deed: (draft, me) => {
        open(draft, me, claim)
        cut(draft, me, 'dead')
        answered(me, UNANSWERED)
      },
    },
    { what: 'claims, and the database is away', costs: 'faults', deed: (_draft, me) => answered(me, REFUSED) },
  ]
}

/** Nobody is at the other end of the session any more. */
function cut(draft: World, { name, outcome }: Worker, state: Session['state']): void {
  if (draft.session?.by === name) draft.session = { ...draft.session, state, outcome }
}

function mine(draft: World, me: Worker): boolean {
  return draft.session?.by === me.name && draft.session.state === 'open'
}

const GIVES_UP: readonly Chance[] = [
  {
    what: 'rolls back',
    deed: (draft, me) => {
      if (mine(draft, me)) rollBack(draft)
      answered(me, { on: 'held', answer: { is: 'kept' } })
    },
  },
  {
    what: 'rolls back, and its connection breaks',
    costs: 'faults',
    deed: (draft, me) => {
      if (mine(draft, me)) cut(draft, me, 'dead')
      answered(me, UNANSWERED)
    },
  },
]

const COMMITS: readonly Chance[] = [
  {
    what: 'commits',
    deed: (draft, me) => {
      cut(draft, me, 'open')
      commit(draft)
      answered(me, { on: 'held', answer: { is: 'kept' } })
    },
  },
  {
    what: 'commits, and the answer gets lost',
    costs: 'faults',
    deed: (draft, me) => {
      cut(draft, me, 'open')
      commit(draft)
      answered(me, UNANSWERED)
    },
  },
  {
    what: 'commits, and the database refuses',
    costs: 'faults',
    deed: (draft, me) => {
      rollBack(draft)
      answered(me, REFUSED)
    },
  },
  {
    what: 'commits, and its connection breaks before',
    costs: 'faults',
    deed: (draft, me) => {
      cut(draft, me, 'dead')
      answered(me, UNANSWERED)
    },
  },
  {
    what: 'commits, and nobody answers',
    costs: 'faults',
    deed: (draft, me) => {
      cut(draft, me, 'committing')
      answered(me, UNANSWERED)
    },
  },
]

const CANNOT: readonly Chance[] = [
  { what: 'commits, and has no session any more', deed: (_draft, me) => answered(me, REFUSED) },
]
