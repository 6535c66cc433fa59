/**
 * Carry: a key in the form that an API wants.
 *
 * `"abc"` and `abc` are the same key in the draft and two in most APIs; a key of 65 characters is refused by Adyen only
 * after the order was made. What cannot be carried is refused before anything is sent.
 *
 * @module
 */
import { OptionError } from '../options/option-error.js'
import type { Profile } from './profile.js'

/** Where the key goes that no profile says anything of. */
const HEADER = 'idempotency-key'

/** @returns name and value of the header; `undefined` where the key goes in the body */
export function keyHeader(profile: Profile | undefined, key: string): readonly [string, string] | undefined {
  if (profile === undefined) return [HEADER, key]
  if (profile.header === undefined) return undefined
  return [profile.header, profile.format === 'quoted' ? quoted(key) : key]
}

/** @throws OptionError for a key that the API could not read */
export function carries({ name, format, header, maxLength }: Profile, key: string): void {
  if (key.length > maxLength) throw new OptionError('key', key, `at most ${maxLength} characters for ${name}`)
  if (header !== undefined && format === 'bare') trimmed(key, name)
}

/**
 * fetch and servers trim the value of a header: what arrives would be another key.
 *
 * @throws OptionError for a key with a space at its beginning or end
 */
export function trimmed(key: string, to: string): void {
  if (key.trim() !== key) throw new OptionError('key', key, `no space at its ends for ${to}: a header loses it`)
}

/** The key in a header's value, whether that is quoted or not. */
export function keyOf(value: string): string {
  return QUOTED.test(value) ? value.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : value
}
const QUOTED = /^"(?:[^"\\]|\\["\\])*"$/

function quoted(key: string): string {
  return `"${key.replaceAll(/["\\]/g, '\\$&')}"`
}
