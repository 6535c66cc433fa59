/**
 * Profile classifier: HTTP's rules, and then what an API is known to mean by its answers to keyed requests.
 *
 * By HTTP alone, "your first request is still at work" is a conflict for ever and is given up, and an error that an
 * API keeps under the key is asked for again and again, always with the same answer.
 *
 * @module
 */
import { failedAnswer } from '../http/semantics/failed-answer.js'
import { getHeader } from '../http/semantics/answer.js'
import { type Classifier, type Failure, failure, isPermanent } from '../policy/classify.js'
import type { Profile } from './profile.js'

/** What a proxy answers in an API's stead: no API keeps that. */
const GATEWAY: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * Makes a classifier that refines what `base` says of a failed answer. Successes, what `base` does not know, failures
 * without an answer, and the exhaustion of a layer below are left to `base`.
 *
 * @param base the rules of HTTP, with a peer's word
 */
export function profileClassifier(profile: Profile, base: Classifier): Classifier {
  return (result, threw) => {
    const verdict = base(result, threw)
    if (verdict === undefined || verdict === 'ok') return verdict
    const judged = typeof verdict === 'string' ? failure(verdict) : verdict
    if (!judged.answered || judged.class === 'exhausted') return verdict
    try {
      const { status, headers } = failedAnswer(result, threw) ?? {}
      return status === undefined ? verdict : refined(profile, judged, status, (name) => getHeader(headers, name))
    } catch {
      return verdict // an answer that cannot be read says no more than its status did
    }
  }
}

function refined(
  profile: Profile,
  judged: Failure,
  status: number,
  header: (name: string) => string | undefined,
): Failure {
  const { inProgress, inProgressWith, mismatch, expired, hint, replayed, stores } = profile
  const waits = inProgressWith === undefined || judged.retryAfter !== undefined
  // This request did nothing; but the first one is at work, and may yet take effect.
  if (inProgress.includes(status) && waits) return { ...judged, class: 'conflict' }
  const said = hint === undefined ? undefined : truth(header(hint))
  if (said === true) return isPermanent(judged.class) ? { ...judged, class: 'conflict' } : judged
  if (mismatch.includes(status)) return { ...judged, class: 'invalid' }
  // Nobody knows any more what the first request came to: no answer of the operation.
  if (expired.includes(status)) return { ...judged, class: 'rejected', answered: false }
  const kept = replayed !== undefined && truth(header(replayed)) === true && stores !== 'redrive' && stores !== 'latest'
  const keptByRule = stores === 'all' && status >= 500 && !GATEWAY.has(status)
  return said === false || kept || keptByRule ? { ...judged, retry: false } : judged
}

function truth(value: string | undefined): boolean | undefined {
  const word = value?.trim().toLowerCase()
  return word === 'true' || word === '?1' ? true : word === 'false' || word === '?0' ? false : undefined
}
