/**
 * Units: `'800ms'`, `'200/s'`, `'20%'` to numbers (durations, rates, shares).
 *
 * @module
 */
import { OptionError } from './option-error.js'

/** `'800ms'`, `'2s'`, `'5m'`, `'72h'`, or a number of ms. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`

/** `'200/s'`, `'10/m'`, or a number a second. */
export type Rate = number | `${number}/${'s' | 'm' | 'h'}`

/** `0.2` or `'20%'`. */
export type Share = number | `${number}%`

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/
const RATE = /^(\d+(?:\.\d+)?)\/(s|m|h)$/
const SHARE = /^(\d+(?:\.\d+)?)%$/

/** @returns milliseconds @throws OptionError where it is no duration or negative */
export function duration(value: Duration, option: string): number {
  const ms = typeof value === 'string' ? measured(DURATION, value, (n, unit) => n * (MS[unit] as number)) : value
  return finite(ms, value, option, "a duration such as '800ms', '2s', '5m', '72h', or a finite number of ms")
}

/** @returns a rate a second @throws OptionError where it is no rate or negative */
export function rate(value: Rate, option: string): number {
  const rated =
    typeof value === 'string' ? measured(RATE, value, (n, unit) => (n * 1_000) / (MS[unit] as number)) : value
  return finite(rated, value, option, "a rate such as '200/s', '10/m', or a finite number a second")
}

/** @returns a share in [0, 1] @throws OptionError otherwise */
export function share(value: Share, option: string): number {
  const part = typeof value === 'string' ? measured(SHARE, value, (n) => n / 100) : value
  const allowed = "a share from 0 to 1, or '0%' to '100%'"
  if (finite(part, value, option, allowed) > 1) throw new OptionError(option, value, allowed)
  return part
}

function measured(form: RegExp, text: string, convert: (amount: number, unit: string) => number): number {
  const match = form.exec(text)
  return match ? convert(Number(match[1]), match[2] ?? '') : Number.NaN
}

/** Endless waits and rates have words of their own (`'none'`); in sums they would become NaN. */
function finite(number: unknown, given: unknown, option: string, allowed: string): number {
  if (typeof number !== 'number' || !(number >= 0 && number < Number.POSITIVE_INFINITY))
    throw new OptionError(option, given, allowed)
  return number
}
