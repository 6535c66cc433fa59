/**
 * Moves: everything that can happen next in a world.
 *
 * A command and the arrival of its answer are two moves, so that a worker can crash or be held up between
 * them. Workers that have not called yet are alike: only the first of them calls, and the move counts for
 * all.
 *
 * @module
 */
import { leaseEnds } from '../../../src/policy/idempotency/run.js'
import type { Held } from '../../../src/policy/idempotency/record.js'
import { commands } from './commands.js'
import { call, feed, lay } from './engine.js'
import { acts } from './handler.js'
import { apply, commit, identityOf, rollBack } from './store.js'
import { draftOf, type Left, local, own, type Worker, type World } from './world.js'

export interface Move {
  /** In words. */
  readonly what: string
  readonly next: World
  /** For how many workers that are alike it stands. */
  readonly times: number
}

export type Deed = (draft: World, me: Worker) => void

export function moves(world: World): readonly Move[] {
  const found: Move[] = []
  for (const [index, me] of world.workers.entries()) {
    if (me.state === 'up') workerMoves(world, index, me, found)
  }
  callMoves(world, found)
  worldMoves(world, found)
  const somebody = found.length > 0
  timeMoves(world, found, somebody)
  return found
}

/** @returns undefined where that may not happen any more */
export function spend(world: World, costs: keyof Left | undefined): boolean {
  return costs === undefined || world.left[costs] > 0
}

function move(world: World, what: string, costs: keyof Left | undefined, change: (draft: World) => void): Move {
  const draft = draftOf(world)
  if (costs) draft.left[costs]--
  change(draft)
  return { what, next: draft, times: 1 }
}

function callMoves(world: World, found: Move[]): void {
  const index = world.workers.findIndex(({ state }) => state === 'idle')
  if (index < 0) return
  const { payloads } = world.setting.scenario
  for (const [payload, { value }] of payloads.entries()) {
    const what = `${world.workers[index]?.name} is called${payloads.length > 1 ? ` with ${JSON.stringify(value)}` : ''}`
    const next = move(world, what, undefined, (draft) => call(draft, index, payload))
    found.push({ ...next, times: world.workers.length - index })
  }
}

function workerMoves(world: World, index: number, me: Worker, found: Move[]): void {
  const doing = (what: string, costs: keyof Left | undefined, deed: Deed): void => {
    if (!spend(world, costs)) return
    found.push(move(world, `${me.name}: ${what}`, costs, (draft) => deed(draft, own(draft, index))))
  }
  const { inbox, handler, beat, run } = me
  if (inbox) {
    doing(`hears: ${heard(inbox)}`, undefined, (draft, mine) => {
      mine.inbox = undefined
      feed(draft, mine, inbox)
    })
  }
  for (const { what, costs, deed } of commands(world, me)) doing(what, costs, deed)
  if (handler)
    for (const { what, costs, deed } of acts(world, handler)) doing(what, costs, (d, m) => deed(d, m, handler))
  if (beat) doing('hears of its heartbeat', undefined, (draft, mine) => hear(draft, mine, beat))
  else if (beats(world, me)) beatMoves(doing)
  if (run && handler && timerDue(world, me)) {
    doing('its timer says that the lease is over', undefined, (draft, mine) => {
      mine.timed = true
      mine.handler = { ...handler, aborted: true }
      feed(draft, mine, { on: 'lease-lost', gone: false })
    })
  }
  if (run && !run.answered) {
    doing('its caller leaves', 'partings', (draft, mine) => feed(draft, mine, { on: 'caller-gone' }))
  }
  doing('crashes', 'crashes', crash)
}

function heard(event: NonNullable<Worker['inbox']>): string {
  if (event.on === 'store-failed') return event.rolledBack ? 'the store refuses' : 'the store does not answer'
  if (event.on !== 'begun' && event.on !== 'held' && event.on !== 'found') return event.on
  const { answer } = event
  return answer.is === 'lost' ? `lost, ${answer.found.is}` : answer.is
}

/** While it holds the key. */
function beats(world: World, { beats: left, run, handler }: Worker): boolean {
  if (left === 0 || world.setting.scenario.mode === 'transaction' || run?.granted === undefined) return false
  return (handler !== undefined && run.phase !== 'over') || run.phase === 'complete'
}

function beatMoves(doing: (what: string, costs: keyof Left | undefined, deed: Deed) => void): void {
  const beat: Deed = (draft, mine) => {
    mine.beats--
    const { fence } = mine.run?.granted ?? { fence: 0 }
    const answer = apply(draft, identityOf(draft, mine).place, { do: 'renew', fence }) as Held
    mine.beat = { sent: local(draft), answer }
  }
  doing('its heart beats', undefined, beat)
  doing('its heart beats unheard', 'faults', (draft, mine) => {
    beat(draft, mine)
    mine.beat = undefined
  })
}

function hear(draft: World, mine: Worker, { sent, answer }: NonNullable<Worker['beat']>): void {
  mine.beat = undefined
  if (answer.is === 'kept') return feed(draft, mine, { on: 'renewed', sent })
  if (mine.handler) mine.handler = { ...mine.handler, aborted: true }
  feed(draft, mine, { on: 'lease-lost', gone: true })
}

/** Late or not: what it is to say is true from the lease's end on. */
function timerDue(world: World, { run, timed }: Worker): boolean {
  if (timed || run?.granted === undefined || (run.phase !== 'handle' && run.phase !== 'reconcile')) return false
  return local(world) >= leaseEnds(run)
}

/** The worker is gone; the database finds out later. */
function crash(draft: World, mine: Worker): void {
  const { session } = draft
  if (session?.by === mine.name && session.state === 'open') draft.session = { ...session, state: 'dead' }
  lay(mine, 'crashed')
}

function worldMoves(world: World, found: Move[]): void {
  for (const [index, { by, place, command }] of world.late.entries()) {
    const what = `${by}: its ${command.do} arrives, late`
    found.push(
      move(world, what, undefined, (draft) => {
        draft.late = draft.late.toSpliced(index, 1)
        apply(draft, place, command)
      }),
    )
  }
  const { session } = world
  if (session?.state === 'dead') found.push(move(world, 'the database rolls back what was left', undefined, rollBack))
  if (session?.state === 'committing') {
    found.push(move(world, 'the commit that nobody waits for is done', undefined, commit))
    found.push(move(world, 'the commit that nobody waits for is rolled back', undefined, rollBack))
  }
  if (session?.state === 'open' && world.left.faults > 0) {
    found.push(move(world, 'the database ends the session', 'faults', rollBack))
  }
}

/** Where nothing else can happen, time goes on for whoever waits for it. */
function timeMoves(world: World, found: Move[], somebody: boolean): void {
  if (world.left.time > 0 && world.workers.some(({ state }) => state === 'up')) {
    for (const ms of world.setting.scenario.leaps) {
      found.push(move(world, `${ms} ms pass`, 'time', (draft) => void (draft.now += ms)))
    }
  }
  if (somebody && found.some(({ what }) => !what.endsWith('crashes'))) return
  const untils = world.workers.filter(({ doing }) => doing.do === 'wait').map(({ until }) => until)
  if (untils.length === 0) return
  const ms = Math.min(...untils) - local(world)
  found.push(move(world, 'time passes', undefined, (draft) => void (draft.now += ms)))
}
