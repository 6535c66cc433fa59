/**
 * Canonical JSON: one text for one value, whatever the order of its keys.
 *
 * A library of the field sorted keys without regard to case: `{a, A}` and `{A, a}` were two payloads, and a
 * retry with the other order ran the payment again. So keys are sorted by UTF-16 code units, numbers and
 * strings are written as ECMAScript writes them, and what JSON cannot say exactly is refused rather than
 * hashed as something else.
 *
 * @see RFC 8785, JSON Canonicalization Scheme
 * @module
 */
import { InvalidPayloadError } from './errors.js'
import { isWellFormed } from './well-formed.js'

/** Deeper values are an attack or a cycle. */
const DEEPEST = 200

/**
 * @param path what it is called in messages
 * @throws InvalidPayloadError for what JSON cannot say: NaN, a whole number past 2^53, a lone surrogate,
 *   undefined in a list, bigint, functions, cycles, Map, Set and other objects that are not plain
 * @example
 * canonicalJson({ b: 1, a: [true, null] }) // '{"a":[true,null],"b":1}'
 */
export function canonicalJson(value: unknown, path = 'payload'): string {
  return write(value, path, 0)
}

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return text(value, '', path)
    case 'number':
      return number(value, path)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : object(value, path, depth)
    default:
      throw new InvalidPayloadError(path, `is ${typeof value}, which JSON cannot say; leave it out, or give text`)
  }
}

function text(value: string, what: string, path: string): string {
  if (!isWellFormed(value)) {
    throw new InvalidPayloadError(
      what + path,
      'has half of a surrogate pair, which no UTF-8 can carry; give well-formed text',
    )
  }
  return JSON.stringify(value)
}

function number(value: number, path: string): string {
  if (!Number.isFinite(value)) throw new InvalidPayloadError(path, `is ${value}, which JSON cannot say`)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new InvalidPayloadError(path, `is ${value}: past 2^53 two numbers can look the same; give it as text`)
  }
  return String(value === 0 ? 0 : value)
}

function object(value: object, path: string, depth: number): string {
  if (depth >= DEEPEST) throw new InvalidPayloadError(path, `is nested more than ${DEEPEST} deep, or in a circle`)
  if (Array.isArray(value)) {
    // Not map, which steps over holes: [,] would be [].
    return `[${Array.from(value, (each, index) => write(each, `${path}[${index}]`, depth + 1)).join(',')}]`
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return write((value as { toJSON: () => unknown }).toJSON(), path, depth + 1)
  }
  if (!isPlain(value)) {
    throw new InvalidPayloadError(
      path,
      `is a ${value.constructor?.name ?? 'strange object'}; give a plain object, or text`,
    )
  }
  let members = ''
  for (const key of inOrder(Object.keys(value))) {
    const member: unknown = value[key as keyof typeof value]
    if (member === undefined) continue
    const name = text(key, KEY_OF, path)
    members += `${members === '' ? '' : ','}${name}:${write(member, `${path}.${key}`, depth + 1)}`
  }
  return `{${members}}`
}

const KEY_OF = 'a key of '

/** By UTF-16 code units, as RFC 8785 asks; most keys come in order. */
function inOrder(keys: string[]): string[] {
  for (let at = 1; at < keys.length; at++) {
    if ((keys[at] as string) < (keys[at - 1] as string)) return keys.toSorted()
  }
  return keys
}

/** Also where it was made in another realm, such as a worker or a test's sandbox. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
