/**
 * Text: a value as one would write it in a document.
 *
 * @module
 */
import type { Value } from './field.js'
import type { Unit } from './rule.js'

/** `3s`, `200/s`, `20%`; `nothing`, `no limit`. */
export function text(value: Value | undefined, unit: Unit): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'object') return `[${value.join(', ')}]`
  if (typeof value !== 'number') return String(value)
  if (value === Number.POSITIVE_INFINITY) return 'no limit'
  if (unit === 'duration') return duration(value)
  if (unit === 'rate') return `${rounded(value)}/s`
  return unit === 'share' ? `${rounded(value * 100)}%` : String(value)
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** In the largest unit that needs no fraction. */
export function duration(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each && ms % each === 0) ?? ['ms', 1]
  return `${rounded(ms / size)}${unit}`
}

/** Shares that were given in per cent come out as given. */
const rounded = (value: number) => Number(value.toPrecision(12))
