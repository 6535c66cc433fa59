/**
 * Outcome as text: how a run's end is written, and read again for a repeat.
 *
 * Two callers with one key must get the same answer. A Date that is kept as text comes back as text, so what
 * would come back as something else is not kept as it is: it is refused, or goes through a codec.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { said } from '../telemetry/warning.js'
import { isPlain } from './canonical-json.js'
import type { KeptFailure } from './errors.js'

/** Turns results into text and back. */
export interface Codec<Value = unknown> {
  /** @throws for what it cannot write */
  encode(value: Value): string
  decode(text: string): Value
}

/** Plain JSON; refuses what it would change. */
export const json: Codec = Object.freeze({
  encode(value: unknown) {
    const changed = changedByJson(value, 'the result', 0)
    if (changed !== undefined) throw new TypeError(changed)
    return JSON.stringify(value)
  },
  decode: (text: string) => JSON.parse(text) as unknown,
})

/** Longest text that is kept, bytes. */
export const LARGEST_RESULT = 256 * 1_024

/** What a text says; the first letter is its kind. */
export type Kept =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'thrown'; readonly failure: KeptFailure }
  | { readonly is: 'not-kept' }

/** Done, and its result is not known. */
export const NOT_KEPT = 'n'
const NOTHING = 'u'

/** @throws what the codec throws */
export function writeValue(value: unknown, codec: Codec, largest: number): string {
  if (value === undefined) return NOTHING
  const encoded: unknown = codec.encode(value)
  if (typeof encoded !== 'string') throw new TypeError(`encode of the codec gave ${typeof encoded}, not text`)
  const text = `v${encoded}`
  // No character takes more than three bytes: most need not be counted.
  return text.length * 3 > largest && Buffer.byteLength(text) > largest ? NOT_KEPT : text
}

/** An error cannot be kept as it is: what identifies it is. Short, because messages may quote a whole answer. */
export function writeThrown(error: unknown, failure: Failure): string {
  const [name, message, code, status] = (['name', 'message', 'code', 'status'] as const).map((of) =>
    property(error, of),
  )
  const kept: KeptFailure = {
    name: typeof name === 'string' ? name.slice(0, 100) : 'Error',
    message: (typeof message === 'string' ? message : error instanceof Error ? '' : said(error)).slice(0, 2_000),
    class: failure.class,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof status === 'number' && { status }),
  }
  return `t${JSON.stringify(kept)}`
}

/** Anything can be thrown, even what answers no question. */
function property(error: unknown, name: keyof KeptFailure): unknown {
  try {
    return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined
  } catch {
    return undefined
  }
}

export function read(text: string, codec: Codec): Kept {
  if (text === NOTHING) return { is: 'value', value: undefined }
  if (text.startsWith('v')) return { is: 'value', value: codec.decode(text.slice(1)) }
  if (text.startsWith('t')) return { is: 'thrown', failure: JSON.parse(text.slice(1)) as KeptFailure }
  return { is: 'not-kept' }
}

/** @returns what would come back as something else, in words */
function changedByJson(value: unknown, path: string, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : `${path} is ${value}`
    case 'object':
      break
    default:
      return `${path} is ${typeof value}`
  }
  if (value === null) return undefined
  if (depth > 200) return `${path} is nested too deep, or in a circle`
  if (Array.isArray(value)) return firstOf(value.entries(), (index) => `${path}[${index}]`, depth)
  if (!isPlain(value) || typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return `${path} is a ${value.constructor?.name ?? 'strange object'}`
  }
  // A member without a value is left out, and reads as undefined either way.
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return firstOf(members, (key) => `${path}.${key}`, depth)
}

function firstOf<Key>(
  members: Iterable<readonly [Key, unknown]>,
  path: (key: Key) => string,
  depth: number,
): string | undefined {
  for (const [key, member] of members) {
    const changed = changedByJson(member, path(key), depth + 1)
    if (changed !== undefined) return changed
  }
  return undefined
}
