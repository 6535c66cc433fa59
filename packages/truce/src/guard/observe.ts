/**
 * Observe: decide and report, change nothing.
 *
 * The first step of adoption. The function is called exactly once, with the caller's own signal and
 * no timeout; its result passes untouched. Meanwhile the same policies judge it, so that a week of
 * production shows what enforcing would have refused, cut or repeated.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { hubOf } from '../context/hub.js'
import { effectiveDeadline } from '../policy/deadline.js'
import { decide } from '../policy/retry.js'
import type { StopReason } from '../policy/stop.js'
import { type Observation, observations } from '../telemetry/events.js'
import { Attempt } from './attempt.js'
import type { Call } from './call.js'
import { judge } from './core.js'
import type { Ending } from './ending.js'
import { invoke } from './invoke.js'
import { reportAttempt } from './report.js'

/** Runs the call's function once, unguarded; the result stands in `call.result` and `call.threw`. */
export async function observe(call: Call): Promise<Ending> {
  const attempt = begin(call)
  const { signal } = call.settings
  const hub = signal && !signal.aborted ? hubOf(signal) : undefined
  if (signal?.aborted) attempt.abort(signal.reason)
  hub?.add(attempt)
  try {
    call.result = await invoke(call.fn, attempt, undefined)
  } catch (error) {
    call.result = error
    call.threw = true
  }
  hub?.remove(attempt)
  return conclude(call)
}

function begin(call: Call): Attempt {
  const { core, settings, above } = call
  const { policy, counters } = core
  const now = core.clock.now()
  call.began = now
  call.startedAt = now
  call.attempt = 1
  call.deadline = effectiveDeadline(now, Math.min(core.deadline, settings.deadline), above?.endsAt ?? Infinity)
  counters.calls++
  counters.attempts++
  counters.inFlight++
  const refusal = now >= call.deadline ? 'deadline' : policy.refusesOriginal(now, core.random)
  if (refusal) tell(call, 0, 'refuse', refusal)
  call.permit = policy.acquire(1, now, core.random)
  if (call.permit === 0 && !refusal) tell(call, 0, 'refuse', 'breaker')
  // Guards inside must find what they would find without this one: neither its deadline nor its owner.
  return new Attempt(call, 1, above?.endsAt ?? Infinity, above?.owner)
}

function conclude(call: Call): Ending {
  const { core } = call
  const { policy, counters } = core
  const now = core.clock.now()
  const ms = now - call.startedAt
  counters.inFlight--
  counters.attemptDuration.observe(ms)
  counters.callDuration.observe(ms)
  if (ms > core.attemptTimeout) tell(call, 1, 'time-out', now >= call.deadline ? 'deadline' : 'attempts')
  call.aborted = call.settings.signal?.aborted === true
  call.failure = judge(core.classifiers, call.result, call.threw)
  const { failure } = call
  const changed = failure
    ? policy.failed(call.permit, failure, core.attemptTimeout, core.attemptTimeout, now, core.random)
    : policy.succeeded(call.permit, 1, 0, ms, core.attemptTimeout, now, core.random)
  if (changed) core.breakerChanged(now)
  const stop = failure ? stopObserved(call, failure, now) : 'ok'
  if (!failure) counters.firstAttemptSuccess++
  reportAttempt(call, now, stop)
  return { stop, now, retryAt: undefined }
}

/** What enforcing would have done next is told; here the call ends, for it does not own retries. */
function stopObserved(call: Call, failure: Failure, now: number): StopReason {
  const { core } = call
  call.inDoubt = failure.certainty === 'unknown'
  const decision = decide(core.rules, call, failure, core.policy, now, core.random)
  if (decision.act === 'retry') tell(call, 1, 'retry', 'ok', decision.wait)
  else tell(call, 1, 'stop', decision.act === 'stop' ? decision.stop : decision.reason)
  return decision.act === 'stop' ? decision.stop : 'not-owner'
}

function tell(call: Call, attempt: number, would: Observation['would'], reason: StopReason, wait?: number): void {
  if (!observations.active) return
  const { dependency, operation, clock } = call.core
  observations.emit({
    t: clock.epoch + clock.now(),
    call: call.id,
    dependency,
    operation,
    attempt,
    would,
    reason,
    wait,
  })
}
