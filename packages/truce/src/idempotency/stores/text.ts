/**
 * Text: any string of JavaScript's as text of a database, and back.
 *
 * Postgres refuses U+0000, a client that reads text up to it (libsql does) replays half a result, and half
 * a surrogate pair comes back as U+FFFD. Such a string is written as JSON, which escapes both, behind a
 * mark; all others, nearly all there are, stay as they are, for people to read.
 *
 * @module
 */

import { isWellFormed } from '../well-formed.js'

/** No text begins with it by chance; one that does is marked as well. */
const MARK = '\u0001'

export function toText(value: string): string {
  return marked(value, false)
}

/** The same, without line ends. */
export function toLine(value: string): string {
  return marked(value, value.includes('\n'))
}

export function fromText(text: string): string {
  return text[0] === MARK ? (JSON.parse(text.slice(MARK.length)) as string) : text
}

/** A pattern that knows surrogates costs ten times as much, for each result. */
function marked(value: string, isUnsafe: boolean): string {
  const asItIs = !isUnsafe && !value.startsWith(MARK) && !value.includes('\0') && isWellFormed(value)
  return asItIs ? value : MARK + JSON.stringify(value)
}
