/**
 * Rows: what is there once, and changes from one version to the next, in a table or under keys of the service's own.
 *
 * "Look whether it is there, then write" is two steps: two workers both see nothing, and both write; two carts
 * both read five, and both write four. Here the look and the write are one step of the database, and whoever
 * came second is told what there is instead of an error.
 *
 * @module
 */
import { OptionError } from '../guard/errors.js'

/**
 * One kind of row, of which each has an id and a version. Every answer is one step of the database.
 *
 * @typeParam Row its other members
 */
export interface Rows<Row extends object> {
  /**
   * Writes the row, unless there is one with this id: then it stays as it is.
   *
   * @throws OptionError before anything is asked; what the client throws, and then it may have been written
   */
  insertIfAbsent(id: string, row: Row): Promise<Inserted<Row>>
  /**
   * Changes some members of the row, if it is still of this version.
   *
   * @param version as an earlier answer gave it
   * @param change  the members to change; those that are `undefined` stay
   * @throws OptionError before anything is asked; what the client throws, and then it may have been changed
   */
  updateIfVersion(id: string, version: number, change: Partial<Row>): Promise<Updated<Row>>
  /** @returns `undefined` where there is none */
  read(id: string): Promise<Versioned<Row> | undefined>
}

/** A row as it is there. */
export interface Versioned<Row> {
  readonly row: Row
  /** 1 when it was inserted, and one more with every change. */
  readonly version: number
}

/** `inserted`: by this call; else it is the row that was there. */
export interface Inserted<Row> extends Versioned<Row> {
  readonly inserted: boolean
}

/**
 * - `updated`: by this call; the row after it
 * - `stale`: it is of another version by now; the row as it is
 * - `absent`: there is none
 */
export type Updated<Row> =
  | ({ readonly is: 'updated' } & Versioned<Row>)
  | ({ readonly is: 'stale' } & Versioned<Row>)
  | { readonly is: 'absent' }

/** A member and its value, to be written. */
export type Member = readonly [name: string, value: unknown]

/** First version of a row. */
export const FIRST = 1

/** @throws OptionError where it is none: some databases cut it at U+0000, or take any half character for another */
export function checkId(id: unknown): string {
  if (typeof id === 'string' && id !== '' && !/\0|\p{Surrogate}/u.test(id)) return id
  throw new OptionError('id', id, 'a non-empty string of whole characters, without U+0000')
}

/** @throws OptionError where it is none */
export function checkVersion(version: unknown): number {
  if (Number.isSafeInteger(version)) return version as number
  throw new OptionError('version', version, 'the whole number that an earlier answer gave')
}

/**
 * The members that have a value.
 *
 * @param which how the caller calls it
 * @param check tells whether there may be a member of this name
 * @throws OptionError where it is no object, and what `check` throws
 */
export function membersOf(
  which: 'row' | 'change',
  given: unknown,
  check: (path: string, name: string) => void,
): Member[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new OptionError(which, given, 'an object')
  }
  const members = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name] of members) check(`${which}.${name}`, name)
  return members
}
