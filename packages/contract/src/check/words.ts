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

/** Steps that a person would write, and from which span on; ms. */
const STEPS: readonly (readonly [number, number])[] = [
  [36_000_000, 3_600_000],
  [600_000, 60_000],
  [10_000, 1_000],
  [1_000, 100],
  [100, 10],
]

function step(ms: number): number {
  return STEPS.find(([from]) => ms >= from)?.[1] ?? 1
}

/** `25h` of 86,400,350 ms: what to write where less would not do. */
export function atLeast(ms: number): string {
  return span(Math.ceil(ms / step(ms)) * step(ms))
}

/** `460ms` of 466.7 ms: what to write where more would not do. */
export function atMost(ms: number): string {
  return span(Math.floor(ms / step(ms)) * step(ms))
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

/** What YAML takes for a text as it stands. */
const PLAIN = /^(?!(?:true|false|null)$)[A-Za-z][\w.-]*$/i

/** `[tenant, "a, b"]`: names as a list in the document. */
export function list(names: readonly string[]): string {
  return `[${names.map((name) => (PLAIN.test(name) ? name : JSON.stringify(name))).join(', ')}]`
}

/** `1 attempt`, `3 attempts`. */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}
