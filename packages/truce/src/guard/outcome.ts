/**
 * Outcome: how a call of a dependency ended, handed to its caller.
 *
 * @module
 */
import type { FailureClass } from '../policy/classify.js'
import type { StopReason } from '../policy/stop.js'
import type { GuardedState } from './call-state.js'
import { type Ending, explanation } from './ending.js'
import type { Explanation } from './explain.js'
import type { Quality, StoodIn } from './fallback.js'
import { reportAttempt, reportRefusal } from './report.js'

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

/**
 * Tells the records and the caller.
 *
 * @param result what `ended` returned @param stood what stands in for it
 * @param reject none where the caller wants an outcome, whatever happens
 */
export function deliver(
  call: GuardedState,
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
export function outcomeOf<T>(call: GuardedState, ending: Ending, result: unknown, stood?: StoodIn): Outcome<T> {
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
