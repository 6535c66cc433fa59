/**
 * Every field that `diff` knows, by its rule. A field without one is a mistake of ours, found by the tests.
 *
 * @module
 */
import type { FieldRule } from './rule.js'
import { CONTRACT, DEPENDS } from './rules-of-depends.js'
import { OPERATIONS } from './rules-of-operations.js'
import { SERVES } from './rules-of-serves.js'

/** In the order in which a document is read. */
export const DIFF_RULES: readonly FieldRule[] = [...CONTRACT, ...SERVES, ...DEPENDS, ...OPERATIONS]

const byName: ReadonlyMap<string, FieldRule> = new Map(DIFF_RULES.map((rule) => [rule.rule, rule]))

/** Members that have no rule of their own are judged by that of the part they belong to. */
export function ruleOf(name: string): FieldRule {
  for (let rest = name; rest !== ''; rest = rest.slice(0, Math.max(0, rest.lastIndexOf('.')))) {
    const rule = byName.get(rest)
    if (rule) return rule
  }
  throw new TypeError(`No rule of diff judges ${name}.`)
}
