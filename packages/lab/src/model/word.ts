/**
 * Word: what an admission says with a refusal beside the wait, as a small number.
 *
 * @module
 */
import type { Failure } from 'truce/policy'

/** Nothing: a wait, if there is one, is like any Retry-After. */
export const NO_WORD = 0
const ADMISSION = 1
const SERVICE = 2
const SLOT = 4

/** What is said with a refusal. */
interface Said {
  /** ms; `undefined`: it gives none. */
  readonly slot: number | undefined
  readonly scope: 'host' | 'service'
}

export function wordOf({ slot, scope }: Said): number {
  return ADMISSION | (scope === 'service' ? SERVICE : 0) | (slot === undefined ? 0 : SLOT)
}

/** The failure as a caller hears it that knows the service. @param hint ms that it was asked to wait; else NaN */
export function heard(failure: Failure, hint: number, word: number): Failure {
  if (word === NO_WORD) return hint === hint ? { ...failure, retryAfter: hint } : failure
  return {
    ...failure,
    admission: true,
    scope: (word & SERVICE) > 0 ? 'service' : 'host',
    ...(hint === hint && { retryAfter: hint, slot: (word & SLOT) > 0 }),
  }
}
