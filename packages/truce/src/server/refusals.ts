/**
 * Refusals: what a request is answered that is not worked on.
 *
 * @module
 */
import type { PeerPushback } from '../context/peer-port.js'
import type { RefusalReason } from '../telemetry/served.js'
import type { Answer } from './incoming.js'
import { answerOf, problemOf } from './problem.js'

/** A request that is not worked on. */
export interface Refused {
  readonly reason: RefusalReason
  readonly answer: Answer
  /** What a caller that is known is told besides. Default: that nothing was applied. */
  readonly pushback?: PeerPushback | undefined
}

/** Its caller has given up, or will have before the work is done. Nothing was done. */
export const deadlinePassed = /* @__PURE__ */ problemOf({
  name: 'deadline-passed',
  status: 504,
  title: 'The deadline of the request had passed',
  detail: 'This came too late to be worked on. Nothing was done; please try again.',
})

/** The same as what is sent. */
export const late: Refused = /* @__PURE__ */ Object.freeze<Refused>({
  reason: 'deadline',
  answer: /* @__PURE__ */ answerOf(deadlinePassed),
})
