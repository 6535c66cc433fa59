/**
 * Peer: the fields that two services with Truce tell each other, over HTTP or in a message's headers.
 *
 * Needs `structured-headers` installed beside `truce`; nothing else of `truce` does.
 *
 * @module
 */
import type { PeerPort, PeerServerPort } from '../context/peer-port.js'
import { isName } from '../http/headers/dictionary.js'
import { peerClassifier } from '../http/headers/peer-classifier.js'
import { readRetryContext, writeRetryContext } from '../http/headers/retry-context.js'
import { readRetryPushback, writeRetryPushback } from '../http/headers/retry-pushback.js'

export type { PeerContext, PeerPort, PeerPushback, PeerReason, PeerServerPort } from '../context/peer-port.js'

/**
 * Writes and reads `Retry-Context` and `Retry-Pushback` (spec/wire). None of its functions throws: what
 * cannot be carried is not written, what is not understood is as if absent.
 *
 * @example
 * peer.read('slot=340, applied=?0, reason=overloaded') // { slot: 340, applied: false, reason: 'overloaded' }
 */
export const peer: PeerPort & PeerServerPort = Object.freeze<PeerPort & PeerServerPort>({
  requestField: 'retry-context',
  answerField: 'retry-pushback',
  write: writeRetryContext,
  read: readRetryPushback,
  carries: isName,
  classifier: (base) => peerClassifier(peer, base),
  readContext: readRetryContext,
  writePushback: writeRetryPushback,
})
