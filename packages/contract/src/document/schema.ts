/**
 * Schema: the shipped JSON Schema, as much of the language as it uses.
 *
 * What editors check by and what the loader checks by is the same file, so they cannot disagree; and a file of
 * 60 kB is read in a millisecond, where the library that wrote it takes 120 to load.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

/** A part of it. */
export interface Schema {
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean'
  readonly const?: string | number | boolean
  readonly enum?: readonly (string | number)[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false | Schema
  readonly propertyNames?: Schema
}

let read: Schema | undefined

/** The schema of a document. Read once. */
export function schema(): Schema {
  return (read ??= JSON.parse(
    readFileSync(new URL('../../schema/truce.schema.json', import.meta.url), 'utf8'),
  ) as Schema)
}

/** The schema that a value of this kind is to be held against: of several the one of its kind; scalars take all. */
export function ofKind(among: Schema, kind: 'map' | 'list' | 'scalar'): Schema | undefined {
  if (kind === 'scalar') return among
  return choices(among).find(({ type }) => type === (kind === 'map' ? 'object' : 'array'))
}

function choices(among: Schema): readonly Schema[] {
  return among.anyOf === undefined ? [among] : among.anyOf.flatMap(choices)
}

/** The schema of a field, or of a name where any may be given. */
export function fieldOf(of: Schema, name: string): Schema | undefined {
  if (of.properties !== undefined && Object.hasOwn(of.properties, name)) return of.properties[name]
  return of.additionalProperties === false ? undefined : of.additionalProperties
}
