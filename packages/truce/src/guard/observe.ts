/**
 * Observe: decide and report, change nothing.
 *
 * The first step of adoption. The function is called exactly once, with the caller's own signal and
 * no timeout; its result passes untouched. Meanwhile the same policies judge it, so that a week of
 * production shows what enforcing would have refused, cut or repeated.
 *
 * @module
 */
import { isExhausted, markMoment } from '../context/exhausted.js'
import { hubOf } from '../context/hub.js'
import { type Failure, leavesDoubt } from '../policy/classify.js'
import { effectiveDeadline } from '../policy/deadline.js'
import { decide } from '../policy/retry.js'
import type { StopReason } from '../policy/stop.js'
import { type Observation, observations } from '../telemetry/events.js'
import { Attempt } from './attempt.js'
import type { Call } from './call.js'
import { kinOf } from './call-state.js'
import { ABORTED, EXHAUSTED, judge } from './core.js'
import { countAttempt, type Ending, explained } from './ending.js'
import { invoke } from './invoke.js'
import { reportAttempt } from './report.js'

/** Runs the call's function once, unguarded; the result stands in `call.result` and `call.threw`. */
export async function observe(call: Call): Promise<Ending> {
  const began = markMoment()
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
  return conclude(call, attempt, began)
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
  if (call.permit === 0) core.breakerChanged(now)
  if (call.permit === 0 && !refusal) tell(call, 0, 'refuse', 'breaker')
  // Guards inside must find what they would find without this one: neither its deadline nor its owner.
  return new Attempt(call, 1, above?.endsAt ?? Infinity, above?.owner)
}

function conclude(call: Call, attempt: Attempt, began: number): Ending {
  const { core } = call
  const { policy, counters } = core
  const now = core.clock.now()
  const ms = now - call.startedAt
  counters.inFlight--
  counters.callDuration.observe(ms)
  if (ms > core.attemptTimeout) tell(call, 1, 'time-out', now >= call.deadline ? 'deadline' : 'attempts')
  call.aborted = call.settings.signal?.aborted === true
  const failure = call.aborted && call.threw ? ABORTED : verdict(call, attempt, began)
  call.failure = failure
  countAttempt(call, ms)
  const changed = failure
    ? policy.failed(call.permit, failure, core.attemptTimeout, core.attemptTimeout, now, core.random, ms)
    : policy.succeeded(call.permit, 1, 0, ms, core.attemptTimeout, now, core.random)
  if (!failure && ms > 0) core.latency.observe(ms)
  core.breakerMoved(now, changed)
  const stop = failure ? stopObserved(call, failure, now) : 'ok'
  reportAttempt(call, now, stop)
  const ending = { stop, now, retryAt: undefined }
  explained(call, ending)
  return ending
}

function verdict(call: Call, attempt: Attempt, began: number): Failure | undefined {
  if (isExhausted(call.result, call.threw, attempt, kinOf(call), began)) return EXHAUSTED
  return judge(call.core.classifiers, call.result, call.threw)
}

/** What enforcing would have done next is told; here the call ends, for it does not own retries. */
function stopObserved(call: Call, failure: Failure, now: number): StopReason {
  const { core } = call
  call.inDoubt = leavesDoubt(failure)
  const decision = decide(core.rules, call, failure, core.policy, now, core.random)
  if (decision.act === 'retry') {
    // Never made: it must not be missing to those that are.
    core.policy.takeBack(decision.payment, now, now)
    tell(call, 1, 'retry', 'ok', decision.wait)
    return 'not-owner'
  }
  const reason = decision.act === 'stop' ? decision.stop : decision.reason
  tell(call, 1, 'stop', reason)
  // What enforcing would have refused for want of room, nobody refused here.
  return reason === 'permanent' || reason === 'aborted' || reason === 'exhausted-below' ? reason : 'not-owner'
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
