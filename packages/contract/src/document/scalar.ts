/**
 * Scalar: what a word of YAML says, by the core schema of YAML 1.2, and what it is called as a name.
 *
 * `yes` is a text, `0o17` a number, `1_000` a text, a date a text: so has the specification had it since 2009, and so
 * do the editors that read the shipped JSON Schema.
 *
 * @module
 */
import {
  boolCoreTag,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml'

export type Value = string | number | boolean | null

type Resolve = (typeof intCoreTag | typeof boolCoreTag | typeof nullCoreTag)['resolve']

/** By its first letter most of what is written is a text, which no pattern needs to be tried for. */
const BY_FIRST = new Map<string, { readonly tagName: string; readonly resolve: Resolve }[]>()
for (const tag of [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag]) {
  for (const first of tag.implicitFirstChars ?? []) {
    const tags = BY_FIRST.get(first)
    if (tags === undefined) BY_FIRST.set(first, [tag])
    else tags.push(tag)
  }
}

export function valueOf(text: string, event: ScalarEvent): Value {
  const source = getScalarValue(text, event)
  if (event.style !== SCALAR_STYLE.PLAIN) return source
  const tags = BY_FIRST.get(source.charAt(0))
  if (tags === undefined) return source
  for (const { tagName, resolve } of tags) {
    const value = resolve(source, false, tagName)
    if (value !== NOT_RESOLVED) return value
  }
  return source
}

/** @returns `undefined` where nothing is written, or null */
export function nameOf(text: string, event: ScalarEvent): string | undefined {
  return valueOf(text, event) === null ? undefined : getScalarValue(text, event)
}
