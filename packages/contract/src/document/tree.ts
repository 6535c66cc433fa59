/**
 * Tree: what a document says, with the place of every word of it, as an offset in its text.
 *
 * Plain objects lose where a value stood, and a finding without a line is a search. A key named `__proto__` is a
 * key here like any other.
 *
 * @module
 */
import type { Path } from './model.js'

export type Tree = MapTree | ListTree | ScalarTree

export interface MapTree {
  readonly kind: 'map'
  readonly at: number
  readonly entries: ReadonlyMap<string, Entry>
}

export interface Entry {
  /** Where its name stands. */
  readonly at: number
  readonly value: Tree
}

export interface ListTree {
  readonly kind: 'list'
  readonly at: number
  readonly items: readonly Tree[]
}

export interface ScalarTree {
  readonly kind: 'scalar'
  readonly at: number
  readonly value: string | number | boolean | null
}

/** The member's value; `undefined` where it was not written. */
export function memberOf(tree: Tree, path: Path): Tree | undefined {
  let here: Tree | undefined = tree
  for (const step of path) here = here && stepInto(here, step)?.value
  return here
}

/** Where the member stands; where it was not written, the nearest one above it that was. */
export function offsetOf(tree: Tree, path: Path): number {
  let here: Tree = tree
  let at = tree.at
  for (const step of path) {
    const next = stepInto(here, step)
    if (next === undefined) return at
    at = next.at
    here = next.value
  }
  return at
}

function stepInto(tree: Tree, step: string | number): Entry | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(step))
  if (tree.kind !== 'list') return undefined
  const item = tree.items[Number(step)]
  return item && { at: item.at, value: item }
}

/** As it would be written in code: `depends.inventory.operations.reserve.retryOn[2]`. */
export function pathText(path: Path): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`)).join('')
}

/** Without places; for a program that knows no trees. Names keep their order. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(plain)
  const object: Record<string, unknown> = {}
  for (const [name, { value }] of tree.entries) {
    // Assigned, it would be no member.
    if (name === '__proto__') Object.defineProperty(object, name, { value: plain(value), enumerable: true })
    else object[name] = plain(value)
  }
  return object
}
