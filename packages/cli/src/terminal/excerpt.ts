/**
 * Excerpt: a line of a document with a caret under the place.
 *
 * @module
 */
import type { Paint } from './paint.js'
import { printable } from './printable.js'

/** Of a longer line only the part around the place is shown. */
const WIDEST = 90

export interface Excerpt {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** @returns two lines, indented as far as `indent` */
export function excerpt({ text, line, column }: Excerpt, indent: string, paint: Paint): string {
  const from = column > WIDEST ? column - WIDEST / 2 : 0
  const shown = printable(text.slice(from, from + WIDEST))
  const number = String(line)
  const bar = paint('dim', '│')
  const caret = `${' '.repeat(Math.max(0, column - 1 - from))}^`
  return [
    `${indent}${paint('dim', number)} ${bar} ${shown}`,
    `${indent}${' '.repeat(number.length)} ${bar} ${paint('red', caret)}`,
  ].join('\n')
}
