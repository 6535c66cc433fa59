/**
 * Failure of a pushback: what a peer's words change in the judgement of its failed answer.
 *
 * The status speaks for any server, the field for one whose contract is known. It makes a failure more
 * exact; it never makes a repeat more likely than the status does, except by the one thing that only
 * the server can know: that nothing was applied.
 *
 * @module
 */
import type { PeerPushback, PeerReason } from '../../context/peer-port.js'
import { type Failure, type FailureClass, isTransient } from '../../policy/classify.js'
import { LONGEST_WAIT } from '../semantics/retry-after.js'

const CLASS_OF: Readonly<Record<PeerReason, FailureClass>> = {
  exhausted: 'exhausted',
  overloaded: 'overloaded',
  share: 'overloaded',
  draining: 'unavailable',
}

/**
 * The failure with what the peer said of it. A permanent class stays: 400 is 400 in an overload too.
 *
 * @param failure  the answer as judged by its status and other fields
 * @param repeated a proxy between tried more than once: `applied=?0` speaks of its last attempt only
 * @example
 * failureOf({ slot: 340, applied: false, reason: 'overloaded' }, failure('unavailable'))
 * // { class: 'overloaded', certainty: 'not-applied', answered: true, retryAfter: 340, slot: true, admission: true }
 */
export function failureOf(pushback: PeerPushback, failure: Failure, repeated = false): Failure {
  const { reason, applied, retry, slot, scope } = pushback
  const said = slot ?? pushback.after
  const exact = said === undefined ? undefined : Math.min(said, LONGEST_WAIT)
  const retryAfter = waitOf(exact, failure.retryAfter)
  return {
    ...failure,
    class: reason && isTransient(failure.class) ? CLASS_OF[reason] : failure.class,
    // Applied, although the status says it was refused: the field knows better.
    certainty: applied ? 'unknown' : applied === false && !repeated ? 'not-applied' : failure.certainty,
    ...(retryAfter !== undefined && { retryAfter }),
    // Where another field asks for longer, it is no place any more that comes up.
    ...(slot !== undefined && retryAfter === exact && { slot: true }),
    ...(scope !== undefined && { scope }),
    ...(tellsOfItself(pushback) && { admission: true }),
    ...(retry === false && { retry }),
  }
}

/** Only an admission knows these. */
function tellsOfItself({ load, backlog, slot }: PeerPushback): boolean {
  return load !== undefined || backlog !== undefined || slot !== undefined
}

/**
 * The longer wait, but the exact one where the other is the same rounded up to whole seconds. One that is
 * not in whole seconds (a date, a dialect in ms) was not rounded and is never shortened.
 */
function waitOf(exact: number | undefined, rough: number | undefined): number | undefined {
  if (exact === undefined) return rough
  if (rough === undefined || rough <= exact) return exact
  return rough % 1000 === 0 && rough - exact < 1000 ? exact : rough
}
