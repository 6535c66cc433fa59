/**
 * Bounds: what is refused before it is parsed.
 *
 * The YAML parser goes down as deep as the text does: a megabyte of `[` ended the process, out of memory. What
 * people write is nowhere near these bounds, so whatever is beyond them was not written by a person.
 *
 * @module
 */
import type { Position } from './model.js'

/** Bytes of one document. A thousand operations with all that can be said of them have as many. */
export const LARGEST = 262_144
/** Of maps and lists in each other. The deepest field of a contract is at 8. */
export const DEEPEST = 64
/** Spaces before a line's first word. */
const WIDEST = 400
/** Members, repeated ones counted as often as they are. */
export const MOST_MEMBERS = 100_000

const COMPACT = new RegExp(`^[ \\t]*(?:[-?:][ \\t]+){${DEEPEST},}`)

/** Where the text goes too deep for the parser, by its brackets, indentation and compact lists. */
export function tooDeep(text: string): Position | undefined {
  let open = 0
  let line = 1
  let start = 0
  for (let i = 0; i <= text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x5b || char === 0x7b) open++
    else if ((char === 0x5d || char === 0x7d) && open > 0) open--
    if (open > DEEPEST) return { line, column: i - start + 1 }
    if (char !== 0x0a && i < text.length) continue
    const width = text.slice(start, start + WIDEST + 1).search(/[^ \t]/)
    if (width === -1 && i - start > WIDEST) return { line, column: WIDEST }
    if (COMPACT.test(text.slice(start, start + 4 * WIDEST))) return { line, column: 1 }
    line++
    start = i + 1
  }
  return undefined
}
