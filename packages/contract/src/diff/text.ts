/**
 * Text: a value as one would write it in a document.
 *
 * @module
 */
import { percent, rate, span } from '../check/words.js'
import type { Value } from './field.js'
import type { Unit } from './rule.js'

/** `3s`, `200/s`, `20%`; `nothing`, `no limit`. */
export function text(value: Value | undefined, unit: Unit): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'object') return `[${value.join(', ')}]`
  if (typeof value !== 'number') return String(value)
  if (value === Number.POSITIVE_INFINITY) return 'no limit'
  if (unit === 'duration') return span(value)
  if (unit === 'rate') return rate(value)
  return unit === 'share' ? percent(value) : String(value)
}
