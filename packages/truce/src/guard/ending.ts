/**
 * Ending: what a call hands up when it ends, and what is noted of it.
 *
 * @module
 */
import { markExhausted } from '../context/exhausted.js'
import { exhausts, type StopReason } from '../policy/stop.js'
import { ownsFailure } from './call-facts.js'
import type { CallState } from './call-state.js'
import { type Explanation, note } from './explain.js'
import type { LaneFacts } from './lane.js'

export interface Ending {
  readonly stop: StopReason
  readonly now: number
  /** When it may be tried again, ms on the guard's clock. */
  readonly retryAt: number | undefined
  /** Did it end with an attempt, or between two? */
  readonly inAttempt: boolean
  /** What to declare, so that such a call can be repeated. */
  readonly advice?: string | undefined
}

/**
 * Ends the books of a call.
 *
 * @param refusal makes the error of a call of which nothing was sent: it has none of the dependency's own
 * @returns what `run()` resolves or rejects with
 */
export function ended<C extends CallState>(
  call: C,
  ending: Ending,
  refusal: (call: C, ending: Ending) => Error,
): unknown {
  count(call, ending)
  if (ending.stop === 'ok') return call.result
  const result = call.attempt === 0 && ending.stop !== 'aborted' ? refusal(call, ending) : call.result
  note(result, explanation(call, ending))
  // Of a layer that does not own: the owner above is to hear the failure, not that it is over.
  const over = ending.stop === 'exhausted-below' || ownsFailure(call)
  if (over && exhausts(ending.stop)) markExhausted(result, call.above, call.kin, call.moment)
  return result
}

/** Notes why a call ended whose books are closed elsewhere: an observed one, or one that left during its fallback. */
export function explained(call: CallState, ending: Ending): void {
  if (ending.stop !== 'ok') note(call.result, explanation(call, ending))
}

export function explanation(call: CallState, { stop, now, retryAt, advice }: Ending): Explanation {
  const known = retryAt !== undefined && Number.isFinite(retryAt)
  return {
    stop,
    class: call.failure?.class,
    certainty: stop === 'ok' ? 'applied' : call.inDoubt ? 'unknown' : 'not-applied',
    attempts: call.attempt,
    elapsed: call.began === call.began ? now - call.began : undefined,
    retryAt: known ? call.core.clock.epoch + retryAt : undefined,
    key: call.settings.key,
    ...(advice !== undefined && { advice }),
  }
}

/** An attempt ended by itself or by its timeout, after `ms`. */
export function countAttempt(
  { core, began, failure }: CallState,
  { number }: Pick<LaneFacts, 'number'>,
  ms: number,
): void {
  const { counters } = core
  // Where the call keeps no time, nobody knows when its original began.
  if (began === began || number > 1) counters.attemptTook(ms)
  if (failure?.class === 'timeout') counters.timeouts++
  else if (failure === undefined && number === 1) counters.firstAttemptSuccess++
  else if (failure === undefined) counters.retrySucceeded(number)
}

function count(call: CallState, { stop, now }: Ending): void {
  const { counters } = call.core
  if (call.began === call.began) counters.callTook(now - call.began)
  if (stop === 'attempts') counters.retryExhausted++
  else if (stop !== 'ok' && stop !== 'permanent' && stop !== 'aborted') counters.refuse(stop)
}
