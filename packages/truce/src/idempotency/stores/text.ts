/**
 * Text: any string of JavaScript's as text of a database, and back.
 *
 * Postgres refuses U+0000, a client that reads text up to it (libsql does) replays half a result, and half
 * a surrogate pair comes back as U+FFFD. Such a string is written as JSON, which escapes both, behind a
 * mark; all others, nearly all there are, stay as they are, for people to read.
 *
 * @module
 */

/** No text begins with it by chance; one that does is marked as well. */
const MARK = '\u0001'
const UNSAFE = /\0|\p{Surrogate}/u
const UNSAFE_IN_LINE = /[\0\n]|\p{Surrogate}/u

export function toText(value: string): string {
  return marked(value, UNSAFE)
}

/** The same, without line ends. */
export function toLine(value: string): string {
  return marked(value, UNSAFE_IN_LINE)
}

export function fromText(text: string): string {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as string) : text
}

function marked(value: string, unsafe: RegExp): string {
  return value.startsWith(MARK) || unsafe.test(value) ? MARK + JSON.stringify(value) : value
}
