/**
 * Peer classifier: HTTP's rules, and then the word of a dependency that is a declared peer.
 *
 * Whoever obeys a Retry-Pushback of any server lets a stranger switch its retries off, or park its calls
 * for years. So this is the only reader of the field, and a guard has it only where its dependency was
 * declared to be a peer.
 *
 * @module
 */
import type { PeerPort } from '../../context/peer-port.js'
import { type Classifier, failure } from '../../policy/classify.js'
import { getHeader } from '../semantics/answer.js'
import { failedAnswer } from '../semantics/failed-answer.js'
import { readPushback } from '../semantics/pushback.js'
import { failureOf } from './failure-of.js'

/**
 * Makes a classifier that refines what `base` says of a failed answer by the peer's own field. Successes,
 * what `base` does not know, and failures without an answer are left to `base`.
 *
 * @param port reads the field: `peer` of `truce/peer`
 * @param base the rules of HTTP
 * @example
 * const classify = peerClassifier(peer, httpClassifier()) // the same as peer.classifier(httpClassifier())
 */
export function peerClassifier(port: Pick<PeerPort, 'answerField' | 'read'>, base: Classifier): Classifier {
  return (result, threw) => {
    const verdict = base(result, threw)
    if (verdict === undefined || verdict === 'ok') return verdict
    const judged = typeof verdict === 'string' ? failure(verdict) : verdict
    if (!judged.answered) return verdict
    try {
      const headers = failedAnswer(result, threw)?.headers
      const value = getHeader(headers, port.answerField)
      const pushback = value === undefined ? undefined : port.read(value)
      return pushback ? failureOf(pushback, judged, repeated(headers)) : verdict
    } catch {
      return verdict // an answer that cannot be read says no more than its status did
    }
  }
}

function repeated(headers: unknown): boolean {
  return readPushback(
    (name) => getHeader(headers, name),
    () => 0,
  ).repeated
}
