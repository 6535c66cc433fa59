/**
 * Shape: does a document hold to the schema? If not, where, and what was meant.
 *
 * @module
 */
import { misplaced } from './advice.js'
import { allowed, example, shown } from './allowed.js'
import type { Problems } from './problem.js'
import { nearest } from './nearest.js'
import { fieldOf, ofKind, type Schema, schema } from './schema.js'
import { type MapTree, pathText, type ScalarTree, type Tree } from './tree.js'

/** From the top to the member that is looked at: one list for the whole walk, since most of it has no problem. */
type Way = (string | number)[]

/** What somebody meant who wrote a field that there is not. */
export type Advise = typeof misplaced

/** Of one walk. */
interface Walk {
  readonly problems: Problems
  readonly advise: Advise
  /** What the whole document is called. */
  readonly kind: string
}

/** Every problem there is is told at once. */
export function checkShape(tree: Tree, problems: Problems): void {
  check(tree, schema(), [], tree.at, { problems, advise: misplaced, kind: 'a contract' })
}

/** The same for a document of another kind. @param kind what it is called: `a simulation` */
export function checkShapeOf(tree: Tree, problems: Problems, against: Schema, advise: Advise, kind: string): void {
  check(tree, against, [], tree.at, { problems, advise, kind })
}

/** @param at where its name stands, which is where one looks first */
function check(tree: Tree, against: Schema, path: Way, at: number, walk: Walk): void {
  const { problems } = walk
  if (problems.full) return problems.more()
  const chosen = ofKind(against, tree.kind)
  if (chosen === undefined || (tree.kind === 'scalar' && !fits(tree, chosen))) {
    const name = path.findLast((step) => typeof step === 'string') ?? 'the document'
    const where = path.length === 0 ? 'the document' : pathText(path)
    const place = tree.kind === 'scalar' && tree.value !== null ? tree.at : at
    const fix = meant(tree, against) ?? example(name, against)
    problems.add(place, pathText(path), `${where} is ${shown(tree)}; allowed: ${allowed(against)}`, fix)
    return
  }
  if (tree.kind === 'map') checkMap(tree, chosen, path, at, walk)
  if (tree.kind !== 'list') return
  if (tree.items.length < (chosen.minItems ?? 0)) {
    problems.add(at, pathText(path), `${pathText(path)} is an empty list`, 'name at least one, or leave it out')
  }
  if (chosen.items === undefined) return
  for (const [i, item] of tree.items.entries()) {
    path.push(i)
    check(item, chosen.items, path, item.at, walk)
    path.pop()
  }
}

/** A word that is near one of the allowed, or a number that was written as text. */
function meant(tree: Tree, against: Schema): string | undefined {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return undefined
  const number = Number(tree.value)
  if (tree.value.trim() !== '' && fits({ ...tree, value: number }, against)) return `write ${number} without quotes`
  const guess = nearest(tree.value, words(against))
  return guess && `did you mean ${guess}?`
}

function words(against: Schema): string[] {
  if (against.anyOf !== undefined) return against.anyOf.flatMap(words)
  return [...(against.enum ?? []), against.const].filter((word) => typeof word === 'string')
}

function checkMap(tree: MapTree, against: Schema, path: Way, at: number, walk: Walk): void {
  const { problems, advise, kind } = walk
  for (const [name, entry] of tree.entries) {
    if (problems.full) return problems.more()
    const field = fieldOf(against, name)
    if (field === undefined) {
      const where = path.length === 0 ? kind : pathText(path)
      const known = Object.keys(against.properties ?? {})
      const fix = advise(name, entry.value, path, known)
      problems.add(entry.at, pathText([...path, name]), `${where} has no field "${name.slice(0, 100)}"`, fix)
      continue
    }
    if (against.propertyNames !== undefined && !fitsText(name, against.propertyNames)) {
      const form = allowed(against.propertyNames)
      const said = `${JSON.stringify(name.slice(0, 60))} is no name under ${pathText(path)}`
      problems.add(entry.at, pathText([...path, name]), said, `write ${form}`)
    }
    path.push(name)
    check(entry.value, field, path, entry.at, walk)
    path.pop()
  }
  for (const name of against.required ?? []) {
    if (tree.entries.has(name)) continue
    const where = path.length === 0 ? 'the document' : pathText(path)
    const said = `${where} does not say its ${name}`
    problems.add(at, pathText([...path, name]), said, example(name, fieldOf(against, name) ?? {}))
  }
}

/** Of a schema for several kinds, does one of its scalars fit? */
function fits(tree: ScalarTree, against: Schema): boolean {
  if (against.anyOf !== undefined) return against.anyOf.some((each) => fits(tree, each))
  const { value } = tree
  if (against.const !== undefined) return value === against.const
  if (against.enum !== undefined) return against.enum.includes(value as string)
  if (typeof value === 'string') return against.type === 'string' && fitsText(value, against)
  if (typeof value === 'boolean') return against.type === 'boolean'
  if (typeof value !== 'number') return false
  return (
    (against.type === 'number' || (against.type === 'integer' && Number.isInteger(value))) && within(value, against)
  )
}

function within(value: number, against: Schema): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = against
  if (!Number.isFinite(value)) return false
  if (minimum !== undefined && value < minimum) return false
  if (maximum !== undefined && value > maximum) return false
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return false
  return exclusiveMaximum === undefined || value < exclusiveMaximum
}

const patterns = new Map<string, RegExp>()

function fitsText(value: string, { pattern, minLength, maxLength }: Schema): boolean {
  if (value.length < (minLength ?? 0) || value.length > (maxLength ?? Number.POSITIVE_INFINITY)) return false
  if (pattern === undefined) return true
  let compiled = patterns.get(pattern)
  if (compiled === undefined) patterns.set(pattern, (compiled = new RegExp(pattern, 'u')))
  return compiled.test(value)
}
