/**
 * Forms: what durations, rates, shares, names and key templates look like, and what they say in numbers.
 *
 * The same words as the guard's options. One place for the schema's patterns and for whoever reads the values, so
 * that nothing is accepted that is then not understood.
 *
 * @module
 */

/** Amounts have at most 15 digits: beyond that a number no longer says what was written. */
const AMOUNT = '(\\d{1,15}(?:\\.\\d{1,15})?)'
/** Where nothing, or none of it, would be a mistake. */
const MORE_THAN_0 = '(?=[0.]*[1-9])'
export const DURATION = new RegExp(`^${AMOUNT}(ms|s|m|h)$`)
export const DURATION_OVER_0 = new RegExp(`^${MORE_THAN_0}${AMOUNT}(ms|s|m|h)$`)
export const RATE = new RegExp(`^${AMOUNT}/(s|m|h)$`)
export const RATE_OVER_0 = new RegExp(`^${MORE_THAN_0}${AMOUNT}/(s|m|h)$`)
export const SHARE = /^(\d{1,2}(?:\.\d{1,15})?|100(?:\.0{1,15})?)%$/
export const SHARE_OVER_0 = new RegExp(SHARE.source.replace('^', `^${MORE_THAN_0}`))

/** Without dots: in `inventory.reserve` the first one ends the dependency's name. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/
export const OPERATION_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/
export const TARGET = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/

/** Printable ASCII with at least one place: `{incoming}_line_{line}`. Without one every call had the same key. */
export const KEY_TEMPLATE = /^(?=.*\{)(?:[ -z|~]|\{[A-Za-z_][A-Za-z0-9_.-]{0,99}\}){1,255}$/

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** ms of a duration that has its form; `none` is `Infinity`. */
export function durationOf(written: string | number): number {
  if (typeof written === 'number') return written
  if (written === 'none') return Number.POSITIVE_INFINITY
  const [, amount, unit = ''] = DURATION.exec(written) ?? []
  return Number(amount) * (MS[unit] ?? Number.NaN)
}

/** A second. */
export function rateOf(written: string | number): number {
  if (typeof written === 'number') return written
  const [, amount, unit = ''] = RATE.exec(written) ?? []
  return (Number(amount) * 1_000) / (MS[unit] ?? Number.NaN)
}

/** From 0 to 1. */
export function shareOf(written: string | number): number {
  return typeof written === 'number' ? written : Number((Number(written.slice(0, -1)) / 100).toPrecision(12))
}
