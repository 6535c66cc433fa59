/**
 * Words: numbers as messages say them, in the units that the document understands.
 *
 * @module
 */

import { ENDLESS } from '../graph/times.js'

const UNITS: readonly (readonly [string, number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** `72h`, `90s`, `1400ms`: as it can be written in the document. */
export function span(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'none'
  const [unit, size] = UNITS.find(([, each]) => ms >= each && ms % each === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

/** `200/s`. */
export function rate(perSecond: number): string {
  return `${number(perSecond)}/s`
}

/** `20%`. */
export function percent(share: number): string {
  return `${number(share * 100)}%`
}

/** With at most two decimals, and no more digits than it has; what never ends is `countless`. */
export function number(value: number): string {
  if (value >= ENDLESS) return 'countless'
  return String(Math.round(value * 100) / 100)
}

/** `1 attempt`, `3 attempts`. */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}
