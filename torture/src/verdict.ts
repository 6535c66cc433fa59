/**
 * Verdict: what the callers were told, held against what took effect.
 *
 * @module
 */
import type { Order } from './messages.js'
import type { Effect } from './places.js'

/** All that callers heard of one operation. */
export interface Heard {
  readonly key: string
  readonly mode: Order['mode']
  /** Each value that a caller got. */
  readonly values: ReadonlySet<string>
  readonly unknown: boolean
}

export interface Verdict {
  readonly operations: number
  /** Effects that are there; a foreign call repeated under its key is one. */
  readonly effects: number
  /** Operations that took effect more than once. */
  readonly duplicates: number
  /** Operations whose caller got a value that has no effect, two values, or no answer at all. */
  readonly lost: number
  /** Operations of which a caller was told that nobody knows. */
  readonly unknown: number
}

export function judge(heard: readonly Heard[], effects: readonly Effect[]): Verdict {
  const byKey = new Map<string, Effect[]>()
  for (const effect of effects) byKey.set(effect.key, [...(byKey.get(effect.key) ?? []), effect])
  let duplicates = 0
  let lost = 0
  let counted = 0
  for (const { key, mode, values, unknown } of heard) {
    const its = byKey.get(key) ?? []
    // Whoever honours keys does a call once for each of them, however often it comes.
    const distinct = mode === 'derived-key' ? new Set(its.map(({ derived }) => derived)).size : its.length
    counted += distinct
    if (distinct > 1) duplicates++
    const answered = values.size > 0 || unknown
    const told = [...values]
    const isThere = told.every((value) => its.some(({ run }) => run === value))
    if (!answered || values.size > 1 || !isThere) lost++
  }
  return {
    operations: heard.length,
    effects: counted,
    duplicates,
    lost,
    unknown: heard.filter(({ unknown }) => unknown).length,
  }
}
