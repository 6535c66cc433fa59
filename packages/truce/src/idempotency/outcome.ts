/**
 * Outcome: what the caller of an execution is told, made from what the run decided.
 *
 * @module
 */
import { type Kept as KeptAs, repeats } from '../policy/idempotency/keeping.js'
import type { Mode } from '../policy/idempotency/record.js'
import type { RunAnswer } from '../policy/idempotency/run.js'
import {
  InProgressError,
  KeyConflictError,
  type Keyed,
  KeyExpiredError,
  OutcomeUnknownError,
  ReplayedFailureError,
  ResultNotKeptError,
  StoreUnavailableError,
} from './errors.js'
import { type Codec, type Kept, read } from './outcome-text.js'

/**
 * - `executed`: the handler ran
 * - `replayed`: an earlier run's result
 * - `reconciled`: an earlier run took effect, as the reconcile hook found
 * - `unguarded`: the handler ran without a store
 * - `refused`: nothing ran
 */
export type Source = 'executed' | 'replayed' | 'reconciled' | 'unguarded' | 'refused'

/** How an execution ended for its caller. */
export type Outcome<Value> = {
  readonly source: Source
  /** What became of the key: `store`: remembered; `free`, `forget`: it may run again; `unknown`: nobody knows. */
  readonly kept?: KeptAs | undefined
  /** ms since the earlier run began, where its result was replayed. */
  readonly age?: number | undefined
  /** ms for which the result is still remembered, where it was replayed. */
  readonly left?: number | undefined
} & ({ readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown })

/** How a handler, or a reconcile hook, ended. */
export type Ended =
  { readonly threw: false; readonly value: unknown } | { readonly threw: true; readonly error: unknown }

/** What of an execution its answer is made from. */
export interface ToldBy extends Keyed {
  readonly codec: Codec
  readonly ttl: number
  readonly store: string
  readonly mode: Mode
  readonly recall: (() => unknown) | undefined
  readonly ended: Ended | undefined
  /** Did the handler run? */
  readonly ran: boolean
  /** What the store threw last. */
  readonly storeError: unknown
}

/** A caller that asks again sooner finds the same run at work. */
const SOON = 1_000

/** What the handler gave, or threw. @param kept undefined: it ran without a store */
export function endedOutcome(kept: KeptAs | undefined, ended: Ended | undefined): Outcome<unknown> {
  const source = kept === undefined ? 'unguarded' : 'executed'
  // In full: what is spread costs Node 20 more than all else that an answer is made of.
  if (ended?.threw) return { ok: false, error: ended.error, source, kept }
  return { ok: true, value: ended?.value, source, kept }
}

/** @throws what recall throws */
export async function outcomeOf(
  answer: Exclude<RunAnswer, { readonly is: 'ended' }>,
  by: ToldBy,
): Promise<Outcome<unknown>> {
  const source = by.ran ? 'executed' : 'refused'
  switch (answer.is) {
    case 'reconciled':
      return { ...ending(by.ended), source: 'reconciled', kept: 'store' }
    case 'replayed': {
      const { created, expires, now, outcome } = answer.found
      const age = now - created
      const left = Math.max(0, expires - now)
      return replay(outcome, by, age, left)
    }
    case 'in-progress':
      return { ok: false, error: new InProgressError(by, Math.min(answer.left, SOON)), source }
    case 'mismatch':
      return refused(new KeyConflictError(by))
    case 'expired':
      return refused(new KeyExpiredError(by, by.ttl))
    case 'unknown': {
      const cause = by.ended?.threw && answer.why !== 'escaped' ? by.ended.error : by.storeError
      const settled = answer.why === 'before' || answer.why === 'escaped'
      const error = new OutcomeUnknownError(by, answer.why, repeats(by.mode) && !settled, cause)
      return { ok: false, error, source, kept: 'unknown' }
    }
    case 'refused':
      return { ok: false, error: by.storeError, source: 'refused' }
    case 'unavailable':
      return refused(new StoreUnavailableError(by, by.store, SOON, by.storeError))
    case 'rolled-back':
      return { ok: false, error: by.storeError, source: 'executed', kept: 'forget' }
  }
}

function refused(error: Error): Outcome<unknown> {
  return { ok: false, error, source: 'refused' }
}

function ending(ended: Ended | undefined): { ok: true; value: unknown } | { ok: false; error: unknown } {
  if (ended?.threw) return { ok: false, error: ended.error }
  return { ok: true, value: ended?.value }
}

async function replay(text: string, by: ToldBy, age: number, left: number): Promise<Outcome<unknown>> {
  const source = 'replayed'
  let kept: Kept = { is: 'not-kept' }
  let cause: unknown
  try {
    kept = read(text, by.codec)
  } catch (error) {
    cause = error
  }
  if (kept.is === 'value') return { ok: true, value: kept.value, source, age, left }
  if (kept.is === 'thrown') return { ok: false, error: new ReplayedFailureError(by, kept.failure), source, age, left }
  if (by.recall) return { ok: true, value: await by.recall(), source, age, left }
  return { ok: false, error: new ResultNotKeptError(by, cause), source, age, left }
}
