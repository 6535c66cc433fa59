/**
 * Retry-After: how long the dependency asks us to stay away.
 *
 * `new Date(header)` makes a time of almost anything ("1" is a day in 2001, "soon 5" one in May), so a
 * broken header became a wait of 0 or of years. Only what RFC 9110 section 10.2.3 defines is a hint;
 * anything else is none. And a hint is never shortened: a caller who cannot wait that long stops.
 *
 * @module
 */

/** 10^12 ms, 31 years: longer than any deadline and still exact, so clamping to it shortens nothing. */
export const LONGEST_WAIT = 1e12

/**
 * Reads a Retry-After field.
 *
 * Two hops may each add a field, which arrive joined ("1, 120"): the longest of several seconds counts,
 * for a shorter one would break what the other asked.
 *
 * @param nowEpoch ms since 1970; called only for a date
 * @returns ms to wait, 0 for a date that has passed, `undefined` where there is no hint
 * @example
 * parseRetryAfter('120', Date.now) // 120000
 */
export function parseRetryAfter(value: string | null | undefined, nowEpoch: () => number): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  const seconds = longest(text, 1000)
  if (seconds !== undefined) return seconds
  const fixed = fixdate(text, nowEpoch)
  if (fixed === undefined) return undefined
  const at = Date.parse(fixed)
  // Date.parse rolls 31 Feb over and reads more than the standard; only what prints as itself is a date.
  return new Date(at).toUTCString().endsWith(fixed) ? bounded(at - nowEpoch()) : undefined
}

/**
 * The longest of one or several whole numbers, in ms; `undefined` for anything else.
 *
 * @param unit ms that a 1 stands for
 * @example
 * longest('1, 120', 1000) // 120000
 */
export function longest(value: string | undefined, unit: number): number | undefined {
  const parts = value?.split(',').map((part) => part.trim())
  return parts?.every((part) => DIGITS.test(part))
    ? parts.reduce((most, part) => Math.max(most, bounded(Number(part) * unit)), 0)
    : undefined
}

const DIGITS = /^\d+$/
const IMF = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d \w{3} \d{4} [\d:]{8} GMT)$/
const RFC_850 = /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-(\w{3})-(\d\d) ([\d:]{8} GMT)$/
const ASCTIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\w{3}) ([ \d]\d) ([\d:]{8}) (\d{4})$/

/** Any of the three formats as `06 Nov 1994 08:49:37 GMT`; the weekday adds nothing and is dropped. */
function fixdate(text: string, nowEpoch: () => number): string | undefined {
  const imf = IMF.exec(text)
  if (imf) return imf[1]
  const rfc850 = RFC_850.exec(text)
  if (rfc850) return `${rfc850[1]} ${rfc850[2]} ${fullYear(Number(rfc850[3]), nowEpoch())} ${rfc850[4]}`
  const asctime = ASCTIME.exec(text)
  return asctime ? `${asctime[2]?.replace(' ', '0')} ${asctime[1]} ${asctime[4]} ${asctime[3]} GMT` : undefined
}

/** The latest year with these two digits that is at most 50 years away (RFC 9110 section 5.6.7). */
function fullYear(digits: number, now: number): number {
  const latest = new Date(now).getUTCFullYear() + 50
  return latest - ((latest - digits) % 100)
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST_WAIT)
}
