/**
 * Numbers as a person reads them: few digits, a unit, no more than is known.
 *
 * @module
 */

/** `84.4 %`; whole where it is. */
export const percent = (share: number): string => {
  const text = (100 * share).toFixed(1)
  return `${text.endsWith('.0') ? text.slice(0, -2) : text} %`
}

/** `850 ms`, `3.2 s`, `12 min`. */
export function time(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${trimmed(ms / 1_000)} s`
  if (ms < 7_200_000) return `${trimmed(ms / 60_000)} min`
  return `${trimmed(ms / 3_600_000)} h`
}

/** `12,345`; one digit after the point below 10. */
export function count(value: number): string {
  if (Math.abs(value) < 10 && !Number.isInteger(value)) return trimmed(value)
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** `1.36 ×`. */
export const times = (value: number): string => `${value.toFixed(2)} ×`

const trimmed = (value: number): string => value.toFixed(1).replace(/\.0$/, '')
