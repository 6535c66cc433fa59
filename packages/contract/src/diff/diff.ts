/**
 * Diff: what changed between two versions of a document, and whom it breaks.
 *
 * A promise that is changed without a word is found by whoever relied on it, in an incident: a server that
 * remembers keys for 24 h instead of 72 h breaks callers that were proven safe. So every change is named once,
 * as breaking or compatible, and a breaking one asks for a higher version.
 *
 * @module
 */
import type { Contract, Path, Position } from '../document/model.js'
import { contractFields } from './contract-fields.js'
import type { Field, Value } from './field.js'
import { reasonOf } from './judge.js'
import type { FieldRule, Side } from './rule.js'
import { ruleOf } from './rules.js'
import { text } from './text.js'

/** One field that changed. */
export interface Changed {
  /** The field's place with the names left out: `serves.deadline`. */
  readonly rule: string
  /** `serves.place-order.deadline`. */
  readonly at: string
  /** Durations in ms, rates a second, shares from 0 to 1; `null`: not there; `"no limit"`. */
  readonly from: Printed
  readonly to: Printed
  /** One sentence; of a breaking change with the reason. */
  readonly message: string
  /** Who relied on it. */
  readonly side: Side
  readonly service: string
  /** In the new document; of what is gone, the nearest that is left. */
  readonly file: string
  readonly line: number
  readonly column: number
}

export type Printed = Value | null

/** What `truce diff --json` prints. */
export interface Diff {
  readonly breaking: readonly Changed[]
  readonly compatible: readonly Changed[]
  readonly versionRaised: boolean
}

/**
 * Compares two versions of one document.
 *
 * @returns every field that changed, in exactly one of the lists, in the order of the document
 *
 * @example
 * const { breaking, versionRaised } = diff(agreed, current)
 * if (breaking.length > 0 && !versionRaised) process.exitCode = 1
 */
export function diff(from: Contract, to: Contract): Diff {
  const breaking: Changed[] = []
  const compatible: Changed[] = []
  for (const { before, after } of differences(contractFields(from), contractFields(to))) {
    const { rule: name, path } = (after ?? before) as Field
    const rule = ruleOf(name)
    const reason = reasonOf(rule, before?.value, after?.value, { path, from, to })
    const place = { service: to.service, file: to.file, ...to.at(path) }
    ;(reason === undefined ? compatible : breaking).push(changed(rule, { path, before, after, reason, place }))
  }
  return { breaking, compatible, versionRaised: to.version > from.version }
}

interface Difference {
  readonly before: Field | undefined
  readonly after: Field | undefined
}

function* differences(before: readonly Field[], after: readonly Field[]): Generator<Difference> {
  const left = new Map(before.map((field) => [key(field.path), field]))
  for (const field of after) {
    const old = left.get(key(field.path))
    left.delete(key(field.path))
    if (!old) yield* present({ before: undefined, after: field })
    else if (same(old.value, field.value)) yield* differences(old.below, field.below)
    else yield { before: old, after: field }
  }
  for (const field of left.values()) yield* present({ before: field, after: undefined })
}

/** A field without a value is as good as one that is not there. */
function* present(difference: Difference): Generator<Difference> {
  if ((difference.before ?? difference.after)?.value !== undefined) yield difference
}

/** Names may have dots in them. */
const key = (path: Path) => JSON.stringify(path)

function same(one: Value | undefined, other: Value | undefined): boolean {
  return Object.is(one, other) || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other))
}

interface Found extends Difference {
  readonly path: Path
  readonly reason: string | undefined
  readonly place: { readonly service: string; readonly file: string } & Position
}

function changed(rule: FieldRule, { path, before, after, reason, place }: Found): Changed {
  const at = path.join('.')
  const [was, is] = [text(before?.value, rule.unit), text(after?.value, rule.unit)]
  const what = textOf({ at, was, is, before: before?.value, after: after?.value })
  return {
    rule: rule.rule,
    at,
    from: printed(before?.value),
    to: printed(after?.value),
    message: reason === undefined ? `${what}.` : `${what}: ${reason}.`,
    side: rule.side,
    ...place,
  }
}

interface Texts {
  readonly at: string
  readonly was: string
  readonly is: string
  readonly before: Value | undefined
  readonly after: Value | undefined
}

function textOf({ at, was, is, before, after }: Texts): string {
  if (before === undefined) return PRESENCE.has(is) ? `${at} is new` : `${at} is new: ${is}`
  if (after === undefined) return PRESENCE.has(was) ? `${at} is gone` : `${at} is gone, it was ${was}`
  return `${at} goes from ${was} to ${is}`
}

/** Values of parts that are there or not. */
const PRESENCE: ReadonlySet<string> = new Set(['served', 'called', 'on'])

function printed(value: Value | undefined): Printed {
  return value === Number.POSITIVE_INFINITY ? 'no limit' : (value ?? null)
}
