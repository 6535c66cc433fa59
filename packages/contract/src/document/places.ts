/**
 * Places: from an offset in a text to its line and column.
 *
 * Of most documents nobody ever asks: they have neither a problem nor a finding. So a tree has offsets only, and the
 * lines are counted when the first place is asked for.
 *
 * @module
 */
import type { Position } from './model.js'

const LINE_FEED = 0x0a
const RETURN = 0x0d
const BYTE_ORDER_MARK = 0xfeff

/** Of one text. */
export class Places {
  readonly #text: string
  #starts: number[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Line and column from 1, as editors count them. */
  of(offset: number): Position {
    const starts = (this.#starts ??= lineStarts(this.#text))
    let line = 0
    // Binary search: the last line that starts at the offset or before it.
    for (let end = starts.length; end - line > 1;) {
      const middle = (line + end) >> 1
      if ((starts[middle] as number) <= offset) line = middle
      else end = middle
    }
    return { line: line + 1, column: Math.max(offset - (starts[line] as number), 0) + 1 }
  }
}

/** A line ends with LF, CR LF or CR, as YAML has it. */
function lineStarts(text: string): number[] {
  const starts = [text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0]
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === LINE_FEED || (char === RETURN && text.charCodeAt(i + 1) !== LINE_FEED)) starts.push(i + 1)
  }
  return starts
}
