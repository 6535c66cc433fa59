/**
 * Way: the calls from a start down to one of them, each holding on to the one above.
 *
 * A chain of ten thousand services has as many ways, and written out they would be fifty million names, which nobody
 * reads. So a way shares all but its last call with the one above, and a long one is shown by its ends: where the
 * action begins, and what it costs.
 *
 * @module
 */

/** Calls from a start: the last one, and the way to it. */
export interface Way<T> {
  readonly at: T
  readonly above: Way<T> | undefined
  /** Calls, this one counted. */
  readonly length: number
  /** The first calls, at most `END`. */
  readonly first: readonly T[]
}

/** Both ends of a way; between them `left` calls are left out. */
export interface Ends<T> {
  readonly first: readonly T[]
  readonly left: number
  readonly last: readonly T[]
}

/** So many operations of a path are shown, the start counted: of a longer one its ends, and how many are left out. */
export const LONGEST = 64
/** Calls at each end of a path that is longer: with the start, and the entry that stands for the rest, 64. */
const END = (LONGEST - 2) / 2

/** One call further. */
export function further<T>(above: Way<T> | undefined, at: T): Way<T> {
  if (!above) return { at, above, length: 1, first: [at] }
  const first = above.length < END ? [...above.first, at] : above.first
  return { at, above, length: above.length + 1, first }
}

/** All calls of a way that is short enough, the ends of a longer one. */
export function endsOf<T>(way: Way<T>): Ends<T> {
  const { length, first } = way
  const count = length < LONGEST ? length - first.length : END
  const last: T[] = []
  for (let each: Way<T> | undefined = way; each && last.length < count; each = each.above) last.push(each.at)
  return { first, left: length - first.length - count, last: last.toReversed() }
}

/** A path as results show it. */
export interface Shown {
  /** Names from the start on; in place of those that are left out one entry, `… 936 left out …`. */
  readonly names: readonly string[]
  /** Only where there are such. */
  readonly leftOut?: number
}

/** From `start` along a way. */
export function shown(start: string, { first, left, last }: Ends<{ readonly name: string }>): Shown {
  const names = (calls: readonly { readonly name: string }[]) => calls.map(({ name }) => name)
  if (left === 0) return { names: [start, ...names(first), ...names(last)] }
  return { names: [start, ...names(first), `… ${left} left out …`, ...names(last)], leftOut: left }
}
