/**
 * Refusal: the errors of calls for which the dependency gave none.
 *
 * @module
 */
import type { GuardedState } from './call-state.js'
import type { Ending } from './ending.js'
import { AttemptTimeoutError, BreakerOpenError, DeadlineError, OverloadedError } from './errors.js'
import type { Lane } from './lane.js'

/** Nothing was sent, so there is no error of the dependency's own. */
export function refusal({ core }: GuardedState, { stop, now, retryAt }: Ending): Error {
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
export function timeoutOf({ core, deadline, threw, result }: GuardedState, lane: Lane, now: number): Error {
  const { dependency, operation } = core
  const { given, timeout } = lane
  const cause = threw ? result : undefined
  if (given < timeout || now >= deadline) return new DeadlineError({ dependency, operation, stop: 'deadline', cause })
  return new AttemptTimeoutError(dependency, operation, given, cause)
}
