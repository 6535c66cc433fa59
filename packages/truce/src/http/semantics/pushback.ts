/**
 * Pushback: what a failed answer says about its repeat, in the dialects of others.
 *
 * Retry-After knows whole seconds and no "never". So APIs and proxies each have fields of their own, and
 * a client deaf to them comes back early, or again and again after it was told that nothing will change.
 *
 * No field makes a repeat more likely than the status does: `true` is the default for what is transient,
 * and for a permanent status or a doubtful write it is no licence. An API that means it has a classifier.
 *
 * @module
 */
import type { Failure } from '../../policy/classify.js'
import { waitForQuota } from './rate-limit.js'
import { longest, parseRetryAfter } from './retry-after.js'

/** What an answer asks for besides its status. */
export interface Pushback {
  readonly hints: Partial<Pick<Failure, 'retryAfter' | 'retry'>>
  /** A proxy refused for want of room: a transient status means overload. */
  readonly overloaded: boolean
  /** A proxy tried more than once: the answer is the last one's, and proves nothing of the others. */
  readonly repeated: boolean
}

/** A negative or unreadable wait forbids the repeat: https://github.com/grpc/proposal/blob/master/A6-client-retries.md */
const GRPC = 'grpc-retry-pushback-ms'
const IN_MS = ['retry-after-ms', 'x-ms-retry-after-ms', GRPC]
const WANTED = ['x-should-retry', 'stripe-should-retry']
/** Among several hops one refusal is enough. */
const REFUSED = /(?:^|,)\s*false\s*(?:,|$)/i

/**
 * Reads the fields of a failed answer.
 *
 * @param header   a field's value by its name in lower case
 * @param nowEpoch ms since 1970; called only for a Retry-After that is a date
 * @example
 * readPushback((name) => response.headers.get(name) ?? undefined, Date.now).hints // { retryAfter: 340 }
 */
export function readPushback(header: (name: string) => string | undefined, nowEpoch: () => number): Pushback {
  const retryAfter = waitOf(header, nowEpoch)
  const pushed = header(GRPC)
  // Envoy itself does not repeat what a limiter refused; a wait says when the limit has room again.
  const limited = header('x-envoy-ratelimited') !== undefined
  const refused =
    WANTED.some((name) => REFUSED.test(header(name) ?? '')) ||
    (pushed !== undefined && longest(pushed, 1) === undefined) ||
    (limited && retryAfter === undefined)
  const tried = header('x-envoy-attempt-count')
  return {
    hints: { ...(retryAfter !== undefined && { retryAfter }), ...(refused && { retry: false }) },
    overloaded: limited || header('x-envoy-overloaded') !== undefined,
    repeated: tried !== undefined && longest(tried, 1) !== 1,
  }
}

/**
 * The longest wait that is named. A Retry-After less than a second longer than one in ms is the same wait
 * rounded up, so the exact one counts. A quota's refill counts only where no wait is named: by its draft
 * Retry-After takes precedence.
 */
function waitOf(header: (name: string) => string | undefined, nowEpoch: () => number): number | undefined {
  const exact = Math.max(...IN_MS.map((name) => longest(header(name), 1) ?? -1))
  const rough = parseRetryAfter(header('retry-after'), nowEpoch) ?? -1
  const named = exact >= 0 && rough - exact < 1000 ? exact : rough
  return named >= 0
    ? named
    : waitForQuota(header('ratelimit'), header('ratelimit-remaining'), header('ratelimit-reset'))
}
