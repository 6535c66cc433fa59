/**
 * Dictionary: members of an RFC 9651 dictionary, strict when written and lenient when read.
 *
 * A field comes from the network. One member that is out of range must not cost the others, two
 * megabytes of brackets must cost nothing, and no value that a service was given by its own caller may
 * make a field that the next parser refuses as a whole. This is the only file that knows the library.
 *
 * Of the library (structured-headers 2.1.0) three things are not relied on: it prints a decimal that
 * rounds to 0 as `0.`, prints control characters in a Display String with one digit, and reads characters
 * above U+00FF there as other ones. Hence loads are rounded and names and fields checked before it sees them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9651
 * @module
 */
import {
  type BareItem,
  type Dictionary,
  type DictionaryObject,
  DisplayString,
  type InnerList,
  type Item,
  parseDictionary,
  serializeDictionary,
  Token,
} from 'structured-headers'

/** Characters of a field that are looked at; ours have at most 3,300. Longer ones are not parsed at all. */
export const FIELD_MAX = 4096
/** RFC 9651, section 3.3.1: 15 digits. In ms, 31,700 years. */
export const INTEGER_MAX = 999_999_999_999_999
/** A thousand times its capacity: beyond that it is a fault of measurement. */
export const LOAD_MAX = 1000
/** Bytes of UTF-8 in a name: four of them fit a field even where every byte is escaped. */
export const NAME_MAX = 255

type Member = Item | InnerList | undefined

const FIELD = /^[\t\x20-\x7e]*$/
const ASCII = /^[\x20-\x7e]*$/
/** Control characters (they forge lines of logs) and halves of surrogate pairs (UTF-8 has none). */
const NO_NAME = /[\p{Cc}\p{Cs}]/u
const encoder = new TextEncoder()

/** @returns the members by key, of equal keys the last; `undefined` for what is no dictionary or too long */
export function parse(value: unknown): Dictionary | undefined {
  if (typeof value !== 'string' || value.length > FIELD_MAX || !FIELD.test(value)) return undefined
  try {
    return parseDictionary(value)
  } catch {
    return undefined
  }
}

/** Members in their order, without those that are `undefined`; `''` where none is left. */
export function print(members: Readonly<Record<string, BareItem | Item | undefined>>): string {
  const given: DictionaryObject = {}
  for (const [key, member] of Object.entries(members)) if (member !== undefined) given[key] = member
  return serializeDictionary(given)
}

/** The members that could be understood; `undefined` where that is none. */
export function understood<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T | undefined {
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  return given.length === 0 ? undefined : (Object.fromEntries(given) as T)
}

/** An Integer of at least `least`. The library does not tell 340.0 from 340; so nobody has to. */
export function readWhole(member: Member, least: number): number | undefined {
  const value = member?.[0]
  return Number.isInteger(value) && (value as number) >= least ? (value as number) + 0 : undefined // no -0
}

export function readLoad(member: Member): number | undefined {
  const value = member?.[0]
  return typeof value === 'number' && value >= 0 && value <= LOAD_MAX ? value + 0 : undefined
}

export function readBoolean(member: Member): boolean | undefined {
  const value = member?.[0]
  return typeof value === 'boolean' ? value : undefined
}

/** A Token that is one of these words. */
export function readWord<T extends string>(member: Member, words: readonly T[]): T | undefined {
  const value = member?.[0]
  return value instanceof Token ? words.find((word) => word === value.toString()) : undefined
}

/** A String or Display String that is a name. */
export function readName(value: unknown): string | undefined {
  const text = value instanceof DisplayString ? value.toString() : value
  return isName(text) ? text : undefined
}

/** 1 to 255 bytes of UTF-8 without control characters. */
export function isName(text: unknown): text is string {
  if (typeof text !== 'string' || text.length === 0 || text.length > NAME_MAX) return false
  return ASCII.test(text) || (!NO_NAME.test(text) && encoder.encode(text).length <= NAME_MAX)
}

/** A String, or a Display String where it is not ASCII; `undefined` for what is no name. */
export function writeName(text: unknown): string | DisplayString | undefined {
  if (!isName(text)) return undefined
  return ASCII.test(text) ? text : new DisplayString(text)
}

/** A count is whole or it is none. */
export function writeCount(value: unknown, least: number): number | undefined {
  return Number.isInteger(value) && (value as number) >= least ? Math.min(value as number, INTEGER_MAX) : undefined
}

/** Whole ms. A time that has passed is 0: left out, it would say "no limit". */
export function writeTime(ms: unknown, round: (ms: number) => number): number | undefined {
  if (typeof ms !== 'number' || Number.isNaN(ms)) return undefined
  return Math.min(Math.max(round(ms), 0), INTEGER_MAX) + 0
}

/** With three digits. */
export function writeLoad(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 0)) return undefined
  return Math.round(Math.min(value, LOAD_MAX) * 1000) / 1000 + 0
}

export function writeBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

export function writeWord(value: unknown, words: readonly string[]): Token | undefined {
  return typeof value === 'string' && words.includes(value) ? new Token(value) : undefined
}
