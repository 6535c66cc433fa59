/**
 * Wrap: sentences in lines that fit.
 *
 * @module
 */
import type { Output } from '../surroundings.js'

/** Longer lines are hard to read. */
const WIDEST = 100

/** Columns to write in; where nobody looks on, lines are not broken: tools search them. */
export const widthOf = ({ isTTY, columns }: Output): number =>
  isTTY ? Math.min(columns ?? WIDEST, WIDEST) : Number.POSITIVE_INFINITY

/** @returns lines of at most `width` columns, the first after `first`, the others after as many spaces */
export function wrap(text: string, width: number, first: string): string {
  const indent = ' '.repeat(first.length)
  const lines: string[] = []
  let line = first
  for (const word of text.split(' ')) {
    if (line.length > first.length && line.length + word.length > width) {
      lines.push(line.trimEnd())
      line = indent
    }
    line += `${word} `
  }
  return [...lines, line.trimEnd()].join('\n')
}
