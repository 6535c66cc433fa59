/**
 * Text: any string of JavaScript's as text of Postgres', and back.
 *
 * Postgres refuses U+0000 in text, and half a surrogate pair becomes U+FFFD on its way: a result that ran
 * once would not be recorded, or be replayed as another one. Such a string is written as JSON, which
 * escapes both, behind a mark; all others, nearly all there are, stay as they are, for people to read.
 *
 * @module
 */

/** No text begins with it by chance; one that does is marked as well. */
const MARK = '\u0001'
const HALF = /\p{Surrogate}/u

export function toText(value: string): string {
  return value.includes('\0') || value.startsWith(MARK) || HALF.test(value) ? MARK + JSON.stringify(value) : value
}

/** The same as one line. */
export function toLine(value: string): string {
  return value.includes('\n') ? MARK + JSON.stringify(value) : toText(value)
}

export function fromText(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as string) : text
}
