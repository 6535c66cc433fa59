/**
 * Field: one thing that a document promises, as `diff` compares it.
 *
 * A document compared line by line calls a reordering a change and a default that was written down a promise. So
 * what is compared are values that count, each under the rule that judges it; a part that is not there at all is
 * one change, and not one for everything in it.
 *
 * @module
 */
import type { Path } from '../document/model.js'

export type Value = string | number | boolean | readonly string[]

/** A value with what belongs to it. What stands below is compared only where both sides have the same kind of it. */
export interface Field {
  /** The rule that judges it: `serves.deadline`. */
  readonly rule: string
  /** `['serves', 'place-order', 'deadline']`. */
  readonly path: Path
  /** A part has the kind of it (`key`, `on`); `undefined`: it is not there. */
  readonly value: Value | undefined
  readonly below: readonly Field[]
}

/** Adds a member to the fields of one part. */
export type Add = (member: string | Path, value: Value | undefined, below?: readonly Field[]) => void

/**
 * Collects the fields of one part.
 *
 * @param rule of the part, `serves`: what is added is judged by `serves.MEMBER`
 */
export function fieldsOf(rule: string, path: Path, collect: (add: Add) => void): readonly Field[] {
  const fields: Field[] = []
  collect((member, value, below = []) => {
    const names = typeof member === 'string' ? [member] : member
    fields.push({ rule: [rule, ...names].filter(Boolean).join('.'), path: [...path, ...names], value, below })
  })
  return fields
}

/** Members named by the author, all judged by one rule. */
export function namedFields(
  rule: string,
  path: Path,
  names: Iterable<readonly [name: string, value: Value, below?: readonly Field[]]>,
): readonly Field[] {
  return [...names].map(([name, value, below = []]) => ({ rule, path: [...path, name], value, below }))
}
