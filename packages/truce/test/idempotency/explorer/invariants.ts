/**
 * Invariants: what holds in every state, and what holds where nothing can happen any more.
 *
 * What a single move can break (a second effect, another answer, a re-run) is noticed by the move itself.
 *
 * @module
 */
import { leaseEnds } from '../../../src/policy/idempotency/run.js'
import { claimOf } from './store.js'
import { local, type Worker, type World } from './world.js'

/** @returns the invariant that is broken, in words */
export function broken(world: World): string | undefined {
  return world.broken ?? lost(world) ?? twoTrust(world)
}

/** What has happened is remembered. */
function lost(world: World): string | undefined {
  const { records, effects, result, called, now, setting } = world
  const founds = records.map((record) => setting.steps.look(record, now))
  const { mode, hook, ages, open } = setting.scenario
  // Forgotten in due time: whoever asks again says how old its key is, and is told that it expired.
  if (ages && founds.every(({ is }) => is === 'absent')) return undefined
  const completed = founds.find(({ is }) => is === 'completed')
  if (result !== undefined && !(completed?.is === 'completed' && completed.outcome === result)) {
    return `no lost result: a caller was told ${result}, and the record says ${describe(founds)}`
  }
  // Unguarded work leaves no record, as it was asked for.
  if (open) return undefined
  if (mode === 'transaction' && effects.length > 0 && completed === undefined) {
    return `no lost result: the transaction took effect, and the record says ${describe(founds)}`
  }
  const safe = founds.some(({ is }) => is === 'completed' || is === 'running' || is === 'unknown')
  if (mode === 'at-most-once' && effects.length > 0 && !safe && hook !== 'unfenced' && hook !== 'fenced-writes') {
    return `no lost result: ${effects[0]} took effect, and the record says ${describe(founds)}`
  }
  const wished = records.some((record) => record !== undefined && record.fingerprint !== '')
  if (called.some((by) => by !== undefined) && !wished) {
    return 'no lost result: a step was done, and any other payload is welcome under the key'
  }
  return undefined
}

function describe(founds: readonly { readonly is: string; readonly outcome?: string }[]): string {
  return founds.map(({ is, outcome }) => (outcome === undefined ? is : `${is}, ${outcome}`)).join(' and ')
}

/** Two workers may not both rely on a lease of the same key. */
function twoTrust(world: World): string | undefined {
  if (world.setting.scenario.mode === 'transaction') return undefined
  const now = local(world)
  const trusting = world.workers.filter(({ run, handler }) => {
    if (handler?.granted === undefined || handler.aborted || run === undefined) return false
    return (run.phase === 'handle' || run.phase === 'reconcile') && now < leaseEnds(run)
  })
  if (trusting.length < 2) return undefined
  return `one at a time: ${trusting.map(({ name }) => name).join(' and ')} both work under a lease that they may trust`
}

/** Where nothing can happen any more. */
export function brokenAtTheEnd(world: World): string | undefined {
  for (const { state, name, run } of world.workers) {
    if (state === 'up' && run?.answered !== true) return `everyone is answered: ${name} waits for ever`
    if (state === 'up') return `runs end: ${name} still has something to do and nothing can happen`
  }
  if (world.session) return 'runs end: a lock is left behind'
  const { setting, records } = world
  for (const [payload, { place }] of setting.identities.entries()) {
    const later = { ...world, now: world.now + setting.scenario.lease + 1 }
    const me = { ...(world.workers.at(0) as Worker), payload }
    const { answer } = setting.steps.begin(records[place], claimOf(later, me, 'later'), later.now)
    if (answer.is === 'running') return 'no key is stuck: after the last lease a call is still told to wait'
  }
  return undefined
}
