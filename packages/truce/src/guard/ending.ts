/**
 * Ending: what a call hands up when it ends, and what is noted of it.
 *
 * @module
 */
import { markExhausted } from '../context/exhausted.js'
import type { FailureClass } from '../policy/classify.js'
import { exhausts, type StopReason } from '../policy/stop.js'
import { type CallState, kinOf } from './call-state.js'
import { AttemptTimeoutError, BreakerOpenError, DeadlineError, OverloadedError } from './errors.js'
import { type Explanation, note } from './explain.js'

export interface Ending {
  readonly stop: StopReason
  readonly now: number
  /** When it may be tried again, ms on the guard's clock. */
  readonly retryAt: number | undefined
}

/** How a call ended, in full. */
export type Outcome<T> = {
  /** Why no further attempt was made. */
  readonly stop: StopReason
  /** Class of the last failure; `undefined` after a success, or where nothing was sent. */
  readonly class: FailureClass | undefined
  readonly explanation: Explanation
  /** Attempts made. */
  readonly attempts: number
  /** ms waited in backoff and in line. */
  readonly waited: number
  /** Where the value came from. */
  readonly source: 'live'
  /** Age of the value, ms; 0 for a live one. */
  readonly age: number
} & (
  | { readonly ok: true; readonly value: T; readonly error?: undefined }
  /** `value`: the failed answer, where the function returned one (a 503 `Response`) instead of throwing. */
  | { readonly ok: false; readonly error: unknown; readonly value?: T }
)

/** Ends the books of a call. @returns what `run()` resolves or rejects with */
export function ended(call: CallState, ending: Ending): unknown {
  count(call, ending)
  if (ending.stop === 'ok') return call.result
  const result = call.attempt === 0 && ending.stop !== 'aborted' ? refusal(call, ending) : call.result
  note(result, explanation(call, ending))
  // Of a layer that does not own: the owner above is to hear the failure, not that it is over.
  if (call.owns && exhausts(ending.stop)) markExhausted(result, call.above, kinOf(call), call.moment)
  return result
}

/** The same in full, for `outcome()`. @param result what `run()` would resolve or reject with */
export function outcomeOf<T>(call: CallState, ending: Ending, result: unknown): Outcome<T> {
  const facts = {
    stop: ending.stop,
    class: call.failure?.class,
    explanation: explanation(call, ending),
    attempts: call.attempt,
    waited: call.waitedInAll,
    source: 'live' as const,
    age: 0,
  }
  if (ending.stop === 'ok') return { ok: true, value: result as T, ...facts }
  if (call.threw || result !== call.result) return { ok: false, error: result, ...facts }
  return { ok: false, error: undefined, value: result as T, ...facts }
}

/** Notes why an observed call ended, and gives the same as `outcomeOf`. */
export function explained(call: CallState, ending: Ending): void {
  if (ending.stop !== 'ok') note(call.result, explanation(call, ending))
}

function explanation(call: CallState, { stop, now, retryAt }: Ending): Explanation {
  const known = retryAt !== undefined && Number.isFinite(retryAt)
  return {
    stop,
    class: call.failure?.class,
    certainty: stop === 'ok' ? 'applied' : call.inDoubt ? 'unknown' : 'not-applied',
    attempts: call.attempt,
    elapsed: now - call.began,
    retryAt: known ? call.core.clock.epoch + retryAt : undefined,
  }
}

/** Nothing was sent, so there is no error of the dependency's own. */
function refusal({ core }: CallState, { stop, now, retryAt }: Ending): Error {
  const { dependency, operation } = core
  const facts = {
    dependency,
    operation,
    stop,
    retryIn: Number.isFinite(retryAt) ? (retryAt as number) - now : undefined,
  }
  if (stop === 'breaker') return new BreakerOpenError(facts)
  return stop === 'deadline' ? new DeadlineError(facts) : new OverloadedError(facts)
}

/** The attempt's time is up, or all of the call's. What failed before is the cause. */
export function timeoutOf({ core, given, deadline, threw, result }: CallState, now: number): Error {
  const { dependency, operation, attemptTimeout } = core
  const cause = threw ? result : undefined
  if (given < attemptTimeout || now >= deadline)
    return new DeadlineError({ dependency, operation, stop: 'deadline', cause })
  return new AttemptTimeoutError(dependency, operation, given, cause)
}

/** An attempt ended by itself or by its timeout, after `ms`. */
export function countAttempt({ core, attempt, failure }: CallState, ms: number): void {
  const { counters } = core
  counters.attemptDuration.observe(ms)
  if (failure?.class === 'timeout') counters.timeouts++
  else if (failure === undefined && attempt === 1) counters.firstAttemptSuccess++
  else if (failure === undefined) counters.retrySucceeded(attempt)
}

function count(call: CallState, { stop, now }: Ending): void {
  const { counters } = call.core
  counters.callDuration.observe(now - call.began)
  if (stop === 'attempts') counters.retryExhausted++
  else if (stop !== 'ok' && stop !== 'permanent' && stop !== 'aborted') counters.refuse(stop)
}
