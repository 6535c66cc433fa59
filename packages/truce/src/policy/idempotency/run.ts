/**
 * Run: one execution of a keyed operation, as a state machine.
 *
 * Between claim and completion stand a handler, a heartbeat, a store that may not answer and other
 * workers on the same key; the faults of this protocol live in the orders of these that nobody thought
 * of. So every step is taken here, from (state, event, the local clock): the engine performs what it is
 * told, and a scheduler runs the same function through every order, crashes and stalls included.
 *
 * Two clocks: leases and ages are the store's own time and never seen here; what is waited, and how long
 * the own lease can still be trusted, is local monotonic time, counted from *before* the request that
 * renewed it was sent.
 *
 * @module
 */
import type { Abandoned, Begun, Found, Granted, Held } from './record.js'
import type { Kept } from './keeping.js'

/** ms. What a run may do and for how long. */
export interface RunRules {
  /** Claim, effect and result are one commit. */
  readonly transaction: boolean
  /** A transaction of its caller's: whoever is told ends it, so nobody is told before nothing more is written. */
  readonly within: boolean
  readonly lease: number
  /** How long a duplicate waits for the run that it meets. */
  readonly wait: number
  /** Where the store cannot be asked: run all the same, unguarded. */
  readonly open: boolean
  /** The name under which it claims. */
  readonly run: string
}

/** What has happened. `now`: local monotonic ms. */
export type RunEvent =
  | { readonly on: 'begun'; readonly answer: Begun }
  | { readonly on: 'held'; readonly answer: Held }
  | { readonly on: 'found'; readonly answer: Found }
  /** The store did not answer; `rolledBack`: but it is known that nothing was written. */
  | { readonly on: 'store-failed'; readonly rolledBack: boolean }
  /** A pause, or a wait for another run, is over. */
  | { readonly on: 'woke' }
  | { readonly on: 'handled'; readonly kept: Kept }
  /** The work ended its transaction itself: what it wrote until then no roll-back takes back. */
  | { readonly on: 'escaped' }
  | { readonly on: 'reconciled'; readonly verdict: 'applied' | 'not-applied' | 'unknown' }
  /** Another worker has the key (`gone`), or the lease ended and nobody could renew it. */
  | { readonly on: 'lease-lost'; readonly gone: boolean }
  /** The heartbeat that was sent at `sent` was heard. */
  | { readonly on: 'renewed'; readonly sent: number }
  /** The work has had its time. */
  | { readonly on: 'time-up' }
  /** The store was used wrongly: to ask it again would not help. */
  | { readonly on: 'refused' }
  /** The caller waits no longer. What has begun goes on; what has not does not begin. */
  | { readonly on: 'caller-gone' }
  | { readonly on: 'answered' }

/** What is to be done next. */
export type RunAction =
  | { readonly do: 'begin' }
  | { readonly do: 'handle'; readonly granted: Granted | undefined }
  | { readonly do: 'reconcile'; readonly granted: Granted }
  | { readonly do: 'complete'; readonly fence: number }
  | { readonly do: 'abandon'; readonly fence: number; readonly as: Abandoned }
  | { readonly do: 'look' }
  /** Until the record may have changed, at most `ms`. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Backoff before the store is asked again; `retry`: 0 for the first time. At most `most` ms. */
  | { readonly do: 'pause'; readonly retry: number; readonly most: number }
  | { readonly do: 'answer'; readonly answer: RunAnswer }
  /** Something under way goes on; its end is an event. */
  | { readonly do: 'nothing' }

/** What the caller is told. */
export type RunAnswer =
  /** What the handler gave, or threw, itself. `kept`: what became of the key; `undefined`: unguarded. */
  | { readonly is: 'ended'; readonly kept: Kept | undefined }
  /** Found by the reconcile hook. */
  | { readonly is: 'reconciled' }
  | { readonly is: 'replayed'; readonly found: Extract<Found, { is: 'completed' }>; readonly lost: boolean }
  | { readonly is: 'in-progress'; readonly left: number }
  | { readonly is: 'mismatch' }
  | { readonly is: 'expired' }
  | { readonly is: 'unknown'; readonly why: Doubt }
  /** The store could not be asked; nothing was done. */
  | { readonly is: 'unavailable' }
  /** The store was used wrongly; nothing was done. */
  | { readonly is: 'refused' }
  /** The commit failed, and nothing of it is there. */
  | { readonly is: 'rolled-back' }

/** Why nobody can say whether the work took effect. */
export type Doubt =
  /** The run before this one ended in the dark. */
  | 'before'
  /** The reconcile hook could not tell. */
  | 'reconcile'
  /** Its lease ended while it worked, or before its result could be recorded. */
  | 'lease'
  /** The result could not be recorded. */
  | 'store'
  /** The handler ended the transaction itself. */
  | 'escaped'

type Phase = 'begin' | 'undo' | 'wait' | 'reconcile' | 'handle' | 'complete' | 'abandon' | 'settle' | 'verify' | 'over'

/** State of a run; plain data. */
export interface Run {
  readonly rules: RunRules
  phase: Phase
  /** Since when the caller waits for somebody else's run. */
  began: number
  /** When the claim, or the heartbeat that was heard last, was sent. */
  sent: number
  granted: Granted | undefined
  /** What the work's end is to make of the key. */
  kept: Kept | undefined
  answered: boolean
  /** The work has had its time: its lease is let go, and nothing is begun any more. */
  timeUp: boolean
  /** What the reconcile hook settled. */
  verdict: 'applied' | 'unknown' | undefined
  /** Times in a row that the store did not answer. */
  failures: number
}

export function startRun(rules: RunRules, now: number): Run {
  return {
    rules,
    phase: 'begin',
    began: now,
    sent: now,
    granted: undefined,
    kept: undefined,
    answered: false,
    timeUp: false,
    verdict: undefined,
    failures: 0,
  }
}

/** When the own lease can be trusted no longer: local monotonic ms. */
export function leaseEnds(run: Run): number {
  return run.sent + run.rules.lease
}

/** What the heartbeat is to do. */
export interface Beat {
  /** ms until the next one; 0: the lease has ended. */
  readonly ms: number
  readonly renews: boolean
}

/** A lease is renewed in time for two more tries before it ends. */
const BEATS = 3

/** A lease that is let go is renewed no more; its end is told all the same. */
export function beat(run: Run, now: number): Beat {
  const left = Math.max(0, leaseEnds(run) - now)
  return run.timeUp ? { ms: left, renews: false } : { ms: Math.min(left, run.rules.lease / BEATS), renews: true }
}
