/**
 * Judge: why a change breaks somebody, by the rule of its field.
 *
 * @module
 */
import type { Value } from './field.js'
import type { Change, FieldRule } from './rule.js'

/** @returns the reason; `undefined` where it breaks nobody */
export function reasonOf(
  rule: FieldRule,
  before: Value | undefined,
  after: Value | undefined,
  change: Change,
): string | undefined {
  const reason = byDirection(rule, before ?? rule.absent, after ?? rule.absent)
  return reason !== undefined && rule.unless?.(change) ? undefined : reason
}

function byDirection(rule: FieldRule, before: Value | undefined, after: Value | undefined): string | undefined {
  if (before === undefined) return rule.appears
  if (after === undefined) return rule.goes
  const { more, less } = directions(rule, before, after)
  return rule.changes ?? (more ? rule.more : undefined) ?? (less ? rule.less : undefined)
}

/** A list may gain and lose at once. */
function directions({ order }: FieldRule, before: Value, after: Value): { more: boolean; less: boolean } {
  if (typeof before === 'object' && typeof after === 'object') {
    return { more: gains(before, after), less: gains(after, before) }
  }
  const [from, to] = [rank(before, order), rank(after, order)]
  return { more: to > from, less: to < from }
}

const gains = (before: readonly string[], after: readonly string[]) => after.some((each) => !before.includes(each))

function rank(value: Value, order: readonly string[] | undefined): number {
  if (!order) return typeof value === 'number' ? value : Number.NaN
  return order.findIndex((words) => words.split('|').includes(String(value)))
}
