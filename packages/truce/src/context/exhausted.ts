/**
 * Exhausted: the mark on a failure whose retries were already spent below.
 *
 * A layer that hears it does not repeat, so k layers of n attempts cost n, not n^k. The mark belongs
 * to one moment, not to the error for ever: many programs throw one shared error object, and a mark
 * that stayed would silence retries of later, unrelated calls. It counts only for the attempt in
 * which the lower call ran; a lower call without a context counts for attempts that run meanwhile.
 *
 * @module
 */
import type { CallContext } from './context.js'

interface Mark {
  /** The attempt above the call that was exhausted, where it was known. */
  readonly above: CallContext | undefined
  readonly serial: number
}

/** How far cause chains are walked; longer ones are cycles or accidents. */
const DEPTH = 8

const marks = new WeakMap<object, Mark>()
let serial = 0

/** A moment to compare marks with: taken when an attempt starts. */
export function markMoment(): number {
  return serial
}

/** Marks a failure (error or answer) that a call handed up as exhausted. */
export function markExhausted(failure: unknown, above: CallContext | undefined): void {
  if (isObject(failure)) marks.set(failure, { above, serial: ++serial })
}

/**
 * Was this failure, or one of its causes, exhausted in the attempt that began at `since`?
 *
 * Only what was thrown has causes: a value that tells how it was made up for (`{ value, cause }`) is none.
 */
export function isExhausted(
  failure: unknown,
  threw: boolean,
  attempt: CallContext | undefined,
  since: number,
): boolean {
  if (serial === since) return false
  let link: unknown = failure
  for (let depth = threw ? DEPTH : 1; depth > 0 && isObject(link); depth--) {
    const mark = marks.get(link)
    if (mark && mark.serial > since && (mark.above === undefined || mark.above === attempt)) return true
    link = causeOf(link)
  }
  return false
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function causeOf(link: object): unknown {
  try {
    return (link as { cause?: unknown }).cause
  } catch {
    return undefined
  }
}
