/**
 * Keeping: which outcomes are remembered under a key, and what becomes of the others.
 *
 * APIs of the field differ, and a client cannot guess it: Stripe's first version replays its own 500s,
 * its second does failed work again, Checkout.com remembers successes only (`preset`). What none may do is
 * to free a key whose work may have been applied.
 *
 * @module
 */
import { type Failure, isPermanent } from '../classify.js'
import type { Abandoned, Mode } from './record.js'

/**
 * - `default`: successes and permanent failures
 * - `stripe-v1`: whatever ended, failures of the operation's own included
 * - `success-only`: successes; a failure frees the key
 * - `redrive`: successes; a failure is done again, with its finished steps, by the next repeat
 */
export const KEEPING = Object.freeze(['default', 'stripe-v1', 'success-only', 'redrive'] as const)

/** The name of such a rule. */
export type Keeping = (typeof KEEPING)[number]

/** How the work ended. */
export interface Ending {
  /** `undefined`: it succeeded. */
  readonly failure: Failure | undefined
  /** Was the failure thrown, rather than returned as an answer? */
  readonly threw: boolean
}

/** `store`: remembered, and replayed from then on. */
export type Kept = 'store' | Abandoned

/** What becomes of a key whose work has ended. */
export function keep(keeping: Keeping, mode: Mode, { failure, threw }: Ending): Kept {
  if (failure === undefined) return 'store'
  // It is rolled back, whatever it was: nothing was applied.
  if (mode === 'transaction' && threw) return 'forget'
  const settled = failure.answered && isPermanent(failure.class)
  if (keeping === 'stripe-v1' || (keeping === 'default' && settled)) return 'store'
  const inDoubt = failure.certainty === 'unknown' && !settled
  if (mode === 'at-most-once' && inDoubt) return 'unknown'
  // Its steps may be done: another payload must not meet their keys.
  if (mode === 'derived-key') return 'free'
  return 'forget'
}

const KEPT: readonly unknown[] = ['store', 'free', 'forget', 'unknown'] satisfies readonly Kept[]

/** What a rule of the caller's own said of it; `undefined` where that is no word for it. */
export function keptBy(said: unknown, mode: Mode): Kept | undefined {
  if (!KEPT.includes(said)) return undefined
  // In a transaction what is not stored is rolled back.
  return mode === 'transaction' && said !== 'store' ? 'forget' : (said as Kept)
}

/** Can a failed run be done again without asking what it did? */
export function repeats(mode: Mode): boolean {
  return mode !== 'at-most-once'
}
