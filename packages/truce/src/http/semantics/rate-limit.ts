/**
 * RateLimit: when a quota that is used up is refilled.
 *
 * Many limiters name no Retry-After, only how much is left and when more comes. A client that reads
 * neither spends its attempts inside the same window, and each of them counts against the next one.
 *
 * Three generations are in use: `RateLimit: "default";r=0;t=30`, before it
 * `RateLimit: limit=9, remaining=0, reset=30`, and before that a field each. What is left over is no
 * promise and what is malformed is ignored, as the draft demands (its 11th version).
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 * @module
 */
import { LONGEST_WAIT, longest } from './retry-after.js'

/** Longer fields are hostile; the bound also keeps the search for strings from being quadratic. */
const LONGEST_FIELD = 4096

/**
 * The wait until the last of the quotas that are used up is refilled.
 *
 * @param field     RateLimit
 * @param remaining RateLimit-Remaining
 * @param reset     RateLimit-Reset
 * @returns ms, `undefined` where no quota is used up or none says when it is refilled
 * @example
 * waitForQuota('"minute";r=0;t=30, "day";r=900;t=3600') // 30000
 */
export function waitForQuota(field = '', remaining?: string, reset?: string): number | undefined {
  const items = field === '' || field.length > LONGEST_FIELD ? [] : field.replace(QUOTED, '').split(',')
  const old = parameters(items.join(';'))
  const waits = [
    refill(remaining, reset),
    refill(old.get('remaining'), old.get('reset')),
    ...items.map(parameters).map((item) => refill(item.get('r'), item.get('t'))),
  ].filter((wait) => wait !== undefined)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/** A policy's name may contain what looks like a parameter. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g

function parameters(item: string): Map<string, string> {
  return new Map(
    item.split(';').map((parameter) => {
      const [key = '', value = ''] = parameter.split('=')
      return [key.trim(), value]
    }),
  )
}

/** By an older custom the reset was a point in time: as a wait it would be decades, so it is none. */
function refill(remaining: string | undefined, reset: string | undefined): number | undefined {
  const wait = longest(remaining, 1) === 0 ? longest(reset, 1000) : undefined
  return wait === LONGEST_WAIT ? undefined : wait
}
