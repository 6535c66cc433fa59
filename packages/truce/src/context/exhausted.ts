/**
 * Exhausted: the mark on a failure whose retries were already spent below.
 *
 * A layer that hears it does not repeat, so k layers of n attempts cost n, not n^k. The mark belongs
 * to one moment, not to the error for ever: many programs throw one shared error object, and a mark
 * that stayed would silence retries of later, unrelated calls. It counts only for the attempt in
 * which the lower call ran; a lower call without a context counts for attempts of other operations that
 * had begun before it and still run: concurrent calls that share one rejected promise (a pool's, a
 * batch's) are beside each other, not below.
 *
 * @module
 */
import type { CallContext } from './context.js'

interface Mark {
  /** The attempt above the call that was exhausted, where it was known. */
  readonly above: CallContext | undefined
  /** The operation whose call it was. */
  readonly by: object
  /** When that call began. */
  readonly began: number
}

/** How far cause chains are walked; longer ones are cycles or accidents. */
const DEPTH = 8

const marks = new WeakMap<object, Mark>()
/** Counts what happens; only its order matters. */
let moment = 0
let latestMark = 0

/** A moment to compare marks with: taken when a call begins, and when an attempt of it starts. */
export function markMoment(): number {
  return ++moment
}

/**
 * Marks a failure (error or answer) that a call handed up as exhausted.
 *
 * @param by the call's operation @param began when the call began
 */
export function markExhausted(failure: unknown, above: CallContext | undefined, by: object, began: number): void {
  above?.spent?.()
  if (!isObject(failure)) return
  latestMark = ++moment
  marks.set(failure, { above, by, began })
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
  by: object,
  since: number,
): boolean {
  if (latestMark < since) return false
  let link: unknown = failure
  for (let depth = threw ? DEPTH : 1; depth > 0 && isObject(link); depth--) {
    const mark = marks.get(link)
    if (mark && mark.began > since && (mark.above ? mark.above === attempt : mark.by !== by)) return true
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
