/**
 * Bounds: what is refused for its size.
 *
 * A parser goes down as deep as the text does, and aliases of aliases multiply: a megabyte of `[`, or ten lines, can
 * end a process that reads without bounds. What people write is nowhere near these, so whatever is beyond them was
 * not written by a person.
 *
 * @module
 */
/** Bytes of one document. A thousand operations with all that can be said of them have as many. */
export const LARGEST = 262_144
/** Of maps and lists in each other. The deepest field of a contract is at 8. */
export const DEEPEST = 64
/** Members, repeated ones counted as often as they are. */
export const MOST_MEMBERS = 100_000
