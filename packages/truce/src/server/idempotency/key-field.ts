/**
 * Key field: what stands in the `Idempotency-Key` field of a request.
 *
 * The draft wants a quoted string, most clients of the field send the key bare: taken as they stand, `"abc"` and
 * `abc` would be two keys, and whoever upgrades a client pays twice. And two keys in one request (two fields, a list)
 * would be a third one that no repeat ever sends again.
 *
 * @see draft-ietf-httpapi-idempotency-key-header-07 · RFC 9651, section 3.3.3
 * @module
 */

/** All that is read of a key; the engine takes no longer one. */
const LONGEST = 255
/** RFC 9651 sf-string: `"` and `\` only behind a `\`. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
/** Visible ASCII without what would make a list, parameters or half of a quoted string of it. */
const BARE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/
/** Longer ones are not looked at: every character escaped, both quotes, and some room for spaces. */
const FIELD = 2 * LONGEST + 64

/**
 * @param field its value, several fields joined by `, `
 * @returns the key; nothing where it is not exactly one
 * @example
 * readKey('"8e03978e"') // '8e03978e'
 * readKey('8e03978e') // '8e03978e'
 * readKey('a, b') // undefined
 */
export function readKey(field: string): string | undefined {
  if (field.length > FIELD) return undefined
  const item = field.replace(/^[ \t]+|[ \t]+$/g, '')
  const quoted = QUOTED.exec(item)?.[1]
  const key = quoted === undefined ? (BARE.exec(item)?.[0] ?? '') : quoted.replace(/\\(.)/g, '$1')
  return key.length > 0 && key.length <= LONGEST ? key : undefined
}
