/**
 * Ending: what a call hands up when it ends, and what is noted of it.
 *
 * @module
 */
import { markExhausted } from '../context/exhausted.js'
import type { FailureClass } from '../policy/classify.js'
import { exhausts, type StopReason } from '../policy/stop.js'
import { ownsFailure } from './call-facts.js'
import type { CallState } from './call-state.js'
import { AttemptTimeoutError, BreakerOpenError, DeadlineError, OverloadedError } from './errors.js'
import { type Explanation, note } from './explain.js'
import type { Lane } from './lane.js'
import { reportAttempt, reportRefusal } from './report.js'
import type { Quality, StoodIn } from './fallback.js'
import { adviceOf } from './unsafe.js'

export interface Ending {
  readonly stop: StopReason
  readonly now: number
  /** When it may be tried again, ms on the guard's clock. */
  readonly retryAt: number | undefined
  /** Did it end with an attempt, or between two? */
  readonly inAttempt: boolean
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
  /** Where the value came from: the dependency, or what stood in for it. */
  readonly source: 'live' | 'cache' | 'fallback'
  /** What may be wrong with it; `undefined` for a live one. */
  readonly quality: Quality | undefined
  /** Age of the value, ms; 0 for a live one. */
  readonly age: number
  /** The call's idempotency key, given or made. */
  readonly key: string | undefined
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
  const over = ending.stop === 'exhausted-below' || ownsFailure(call)
  if (over && exhausts(ending.stop)) markExhausted(result, call.above, call.kin, call.moment)
  return result
}

/**
 * Tells the records and the caller.
 *
 * @param result what `ended` returned @param stood what stands in for it
 * @param reject none where the caller wants an outcome, whatever happens
 */
export function deliver(
  call: CallState,
  ending: Ending,
  result: unknown,
  stood: StoodIn | undefined,
  resolve: (value: unknown) => void,
  reject: ((reason: unknown) => void) | undefined,
): void {
  if (stood?.source === 'cache') call.core.counters.cacheUsed++
  else if (stood) call.core.counters.fallbackUsed++
  if (ending.inAttempt) reportAttempt(call, ending.now, ending.stop, stood?.source)
  else reportRefusal(call, ending.now, ending.stop, stood?.source)
  if (reject === undefined) resolve(outcomeOf(call, ending, result, stood))
  else if (stood) resolve(stood.value)
  else if (ending.stop === 'ok' || (!call.threw && result === call.result)) resolve(result)
  else reject(result)
}

/** The same in full, for `outcome()`. @param result what `run()` would resolve or reject with */
export function outcomeOf<T>(call: CallState, ending: Ending, result: unknown, stood?: StoodIn): Outcome<T> {
  const facts = {
    stop: ending.stop,
    class: call.failure?.class,
    explanation: explanation(call, ending),
    attempts: call.attempt,
    waited: call.waitedInAll,
    source: stood?.source ?? ('live' as const),
    quality: stood?.quality,
    age: stood?.age ?? 0,
    key: call.settings.key,
  }
  if (stood) return { ok: true, value: stood.value as T, ...facts }
  if (ending.stop === 'ok') return { ok: true, value: result as T, ...facts }
  if (call.threw || result !== call.result) return { ok: false, error: result, ...facts }
  return { ok: false, error: undefined, value: result as T, ...facts }
}

/** Notes why a call ended whose books are closed elsewhere: an observed one, or one that left during its fallback. */
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
    elapsed: call.began === call.began ? now - call.began : undefined,
    retryAt: known ? call.core.clock.epoch + retryAt : undefined,
    key: call.settings.key,
    ...(stop === 'unsafe' && { advice: adviceOf(call) }),
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
  if (stop === 'breaker') return new BreakerOpenError({ ...facts, by: core.policy.breaker?.override(now) })
  return stop === 'deadline' ? new DeadlineError(facts) : new OverloadedError(facts)
}

/** The attempt's time is up, or all of the call's. What failed before is the cause. */
export function timeoutOf({ core, deadline, threw, result }: CallState, lane: Lane, now: number): Error {
  const { dependency, operation } = core
  const { given, timeout } = lane
  const cause = threw ? result : undefined
  if (given < timeout || now >= deadline) return new DeadlineError({ dependency, operation, stop: 'deadline', cause })
  return new AttemptTimeoutError(dependency, operation, given, cause)
}

/** An attempt ended by itself or by its timeout, after `ms`. */
export function countAttempt({ core, began, failure }: CallState, { number }: Lane, ms: number): void {
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
