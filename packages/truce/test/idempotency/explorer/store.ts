/**
 * Store: commands on the record, by the engine's own steps, and the transaction that holds its lock.
 *
 * A claim in a transaction is not seen until it is committed, and until then its lock is: whoever asks for
 * the key is told that it runs. Commit writes claim, effect and result at once.
 *
 * @module
 */
import type { Begun, Claim, Found, Held, IdempotencyRecord, Step } from '../../../src/policy/idempotency/record.js'
import { breaks, type Command, type Identity, own, type Session, type Worker, type World } from './world.js'

export function identityOf(world: World, worker: Worker): Identity {
  return world.setting.identities.at(worker.payload) as Identity
}

export function recordOf(world: World, worker: Worker): IdempotencyRecord | undefined {
  return world.records[identityOf(world, worker).place]
}

export function claimOf(world: World, worker: Worker, run: string): Claim {
  const { mode, hook, lease, ttl, ages } = world.setting.scenario
  return {
    fingerprint: identityOf(world, worker).fingerprint,
    mode,
    run,
    lease,
    ttl,
    // The key was made when the world began.
    age: ages ? world.now - 100 : undefined,
    reconcile: hook !== 'none',
  }
}

export function apply(draft: World, place: number, command: Command): Begun | Held {
  const { steps, scenario } = draft.setting
  const { lease, ttl } = scenario
  const held = draft.records[place]
  switch (command.do) {
    case 'begin':
      return write(draft, place, steps.begin(held, command.claim, draft.now))
    case 'renew':
      return write(draft, place, steps.renew(held, { fence: command.fence, lease }, draft.now))
    case 'note':
      return write(draft, place, steps.note(held, { ...command, lease, result: 'done' }, draft.now))
    case 'complete':
      return write(draft, place, steps.complete(held, { ...command, ttl }, draft.now))
    case 'abandon':
      return write(draft, place, steps.abandon(held, command, draft.now))
  }
}

function write<Answer>(draft: World, place: number, { record, answer }: Step<Answer>): Answer {
  if (record === draft.records[place]) return answer
  if (record && record.run !== '' && record.run !== draft.records[place]?.run) fenced(draft, record)
  draft.records = draft.records.with(place, record)
  wake(draft)
  return answer
}

/** A fence is worth something only if it grows. */
function fenced(draft: World, { fence: given, run }: IdempotencyRecord): void {
  if (draft.records.length === 1 && given <= draft.fence && run !== draft.fenced)
    breaks(draft, 'fences grow: a claim got one that is no greater')
  draft.fence = given
  draft.fenced = run
}

/** Whoever waits may look again. */
function wake(draft: World): void {
  for (const [index, worker] of draft.workers.entries()) {
    if (worker.doing.do === 'wait' && !worker.changed) own(draft, index).changed = true
  }
}

export function look(world: World, worker: Worker): Found {
  const { session, setting, now } = world
  const { place } = identityOf(world, worker)
  if (session?.place === place && setting.scenario.look === 'locks') return locked(session, now)
  return setting.steps.look(world.records[place], now)
}

function locked({ record }: Session, now: number): Extract<Found, { is: 'running' }> {
  return { is: 'running', fence: record.fence, left: Math.max(0, record.lease - now), created: record.created }
}

/** Claims in a transaction: the lock is there, the record is not. */
export function open(draft: World, worker: Worker, claim: Claim): Begun {
  const { place } = identityOf(draft, worker)
  if (draft.session?.place === place) return locked(draft.session, draft.now)
  const { record, answer } = draft.setting.steps.begin(draft.records[place], claim, draft.now)
  if (answer.is !== 'granted' || record === undefined) return answer
  draft.session = { by: claim.run, place, record, effect: false, state: 'open', outcome: '' }
  return answer
}

/** Claim, effect and result. */
export function commit(draft: World): void {
  const { by, place, record, effect, outcome } = draft.session as Session
  const { steps, scenario } = draft.setting
  const { fence, ttl } = { fence: record.fence, ttl: scenario.ttl }
  const done = steps.complete(record, { fence, outcome, ttl }, draft.now)
  if (done.answer.is !== 'kept') breaks(draft, 'a commit keeps: the claim of a transaction could not be completed')
  fenced(draft, record)
  draft.records = draft.records.with(place, done.record)
  draft.session = undefined
  if (effect) takeEffect(draft, by)
  wake(draft)
}

export function rollBack(draft: World): void {
  draft.session = undefined
  wake(draft)
}

/** Of the work itself, where everybody can see it. */
export function takeEffect(draft: World, by: string): void {
  draft.effects = [...draft.effects, by]
  const worker = draft.workers.find(({ name }) => name === by)
  if (worker?.denied) breaks(draft, 'what is denied stays undone: a caller was told that nothing was done, and it was')
}
