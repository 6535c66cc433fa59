/**
 * Canonical context: Retry-Context in the form in which peers write it, read without the library.
 *
 * The general parser takes ten times as long as all else that a server does for a request. Nearly every
 * field is what `writeRetryContext` writes: known members, plain strings, whole numbers. Whatever is not exactly
 * that is left to the library, so that nothing is understood here in another way than there.
 *
 * @module
 */
import type { PeerContext } from '../../context/peer-port.js'
import { FIELD_MAX, NAME_MAX } from './dictionary.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const SPACE = 0x20
const TILDE = 0x7e
const ZERO = 0x30
const NINE = 0x39
/** RFC 9651, section 3.3.1. */
const DIGITS = 15

type Writable = { -readonly [Key in keyof PeerContext]?: PeerContext[Key] }

/** @returns nothing where it is not canonical, which says nothing of whether it can be understood */
export function readCanonicalContext(field: string): Partial<PeerContext> | undefined {
  const { length } = field
  if (length > FIELD_MAX) return undefined
  const told: Writable = {}
  for (let at = 0; at < length; at += 2) {
    const equals = field.indexOf('=', at)
    if (equals < 0) return undefined
    const key = field.slice(at, equals)
    const from = equals + 1
    const first = field.charCodeAt(from)
    if (first === QUOTE) {
      at = endOfName(field, from + 1)
      const name = nameOf(key)
      if (at < 0 || name === undefined || told[name] !== undefined) return undefined
      told[name] = field.slice(from + 1, at)
      at++
    } else if (first >= ZERO && first <= NINE) {
      at = endOfDigits(field, from)
      const whole = wholeOf(key)
      const value = Number(field.slice(from, at))
      if (whole === undefined || at - from > DIGITS || told[whole] !== undefined) return undefined
      if (value === 0 && (whole === 'attempt' || whole === 'contract')) return undefined
      told[whole] = value
    } else {
      at = field.indexOf(',', from)
      if (at < 0) at = length
      const word = field.slice(from, at)
      if (key !== 'urgency' || told.urgency !== undefined) return undefined
      if (word !== 'interactive' && word !== 'background') return undefined
      told.urgency = word
    }
    if (at === length) return told
    // A comma at the end is no dictionary.
    if (field.charCodeAt(at) !== COMMA || field.charCodeAt(at + 1) !== SPACE || at + 2 === length) return undefined
  }
  return undefined
}

/** No lookup in an object: `__proto__` is a key too. */
function nameOf(key: string): 'call' | 'caller' | 'owner' | undefined {
  return key === 'call' || key === 'caller' || key === 'owner' ? key : undefined
}

function wholeOf(key: string): 'attempt' | 'deadline' | 'contract' | 'keyAge' | undefined {
  if (key === 'key-age') return 'keyAge'
  return key === 'attempt' || key === 'deadline' || key === 'contract' ? key : undefined
}

/** The closing quote of a name; -1 for what has to be read with more care. */
function endOfName(field: string, from: number): number {
  for (let at = from; at <= from + NAME_MAX; at++) {
    const code = field.charCodeAt(at)
    if (code === QUOTE) return at > from ? at : -1
    // NaN, at the end of the field, fails too.
    if (!(code >= SPACE && code <= TILDE) || code === BACKSLASH) return -1
  }
  return -1
}

function endOfDigits(field: string, from: number): number {
  let at = from
  while (field.charCodeAt(at) >= ZERO && field.charCodeAt(at) <= NINE) at++
  return at
}
