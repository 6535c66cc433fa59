/**
 * Times: how long the attempts and waits of one operation can take, and how many of them fit its deadline.
 *
 * Closed forms where there are many attempts: `attempts: 1000000000` is a number like any other, and must not make
 * a check hang.
 *
 * @module
 */
import type { Backoff, Operation } from '../document/model.js'

/** Attempts without a deadline and without a count: a number, because JSON has no word for what never ends. */
export const ENDLESS = Number.MAX_SAFE_INTEGER

/** Of all draws of the waits of one call, the shortest or the longest. */
type Bound = 'least' | 'longest'

/** An attempt takes at least so long until the guard knows better, ms. */
const LEAST = 10

/** Waits as a progression: the first, how they grow, their cap, ms. */
interface Progression {
  readonly first: number
  readonly factor: number
  readonly max: number
}

function progression({ initial, factor, max, jitter }: Backoff, bound: Bound): Progression {
  if (jitter === 'decorrelated') return { first: initial, factor: bound === 'least' ? 1 : 3, max }
  if (bound === 'longest' || jitter === 'none') return { first: initial, factor, max }
  const share = jitter === 'equal' ? 0.5 : 0
  return { first: initial * share, factor, max: max * share }
}

/** Waits that are shorter than the cap. */
function growing({ first, factor, max }: Progression): number {
  if (first >= max) return 0
  if (factor <= 1) return Number.POSITIVE_INFINITY
  return Math.ceil(Math.log(max / first) / Math.log(factor) - 1e-9)
}

/** The first `count` waits together. */
function sum(progress: Progression, count: number): number {
  const { first, factor, max } = progress
  if (first <= 0) return 0
  const below = Math.min(count, growing(progress))
  const grown = factor > 1 ? (first * (factor ** below - 1)) / (factor - 1) : first * below
  return grown + (count > below ? (count - below) * max : 0)
}

/** All waits between so many attempts together, ms. */
export function waits({ backoff }: Operation, attempts: number, bound: Bound): number {
  if (backoff === 'none' || attempts <= 1) return 0
  return sum(progression(backoff, bound), attempts - 1)
}

/** The greatest whole number from `low` to `high` for which it holds, given that it holds for `low`. */
function greatest(low: number, high: number, holds: (n: number) => boolean): number {
  let [least, most] = [low, high]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (holds(middle)) least = middle
    else most = middle - 1
  }
  return least
}

/**
 * Attempts that fit the deadline at longest waits: what an operation without a count makes while its dependency
 * refuses at once. An attempt that would start at the deadline does not fit.
 */
export function fitting(operation: Operation): number {
  const { deadline } = operation
  if (!Number.isFinite(deadline)) return ENDLESS
  const most = Math.max(1, Math.ceil(deadline / LEAST))
  return greatest(1, most, (n) => waits(operation, n, 'longest') < deadline)
}

/** Attempts of full length that fit the deadline at least waits. */
export function fittingInFull(operation: Operation, attempts: number): number {
  const { attemptTimeout, deadline } = operation
  return greatest(0, attempts, (n) => n * attemptTimeout + waits(operation, n, 'least') <= deadline)
}

/** The longest that a call with so many attempts can take: its deadline, or attempts and waits where they are less; ms. */
export function longest(operation: Operation, attempts: number): number {
  const { attemptTimeout, deadline } = operation
  if (attempts >= ENDLESS || !Number.isFinite(attemptTimeout)) return deadline
  return Math.min(deadline, attempts * attemptTimeout + waits(operation, attempts, 'longest'))
}
