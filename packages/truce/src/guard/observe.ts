/**
 * Observe: decide and report, change nothing.
 *
 * The first step of adoption. The function is called exactly once, with the caller's own signal and
 * no timeout; its result passes untouched. Meanwhile the same policies judge it, so that a week of
 * production shows what enforcing would have refused, cut or repeated.
 *
 * @module
 */
import { markMoment } from '../context/exhausted.js'
import { hubOf } from '../context/hub.js'
import { type Failure, leavesDoubt } from '../policy/classify.js'
import { effectiveDeadline } from '../policy/deadline.js'
import { decide } from '../policy/retry.js'
import type { StopReason } from '../policy/stop.js'
import { type Observation, observations } from '../telemetry/events.js'
import type { Call } from './call.js'
import { factsOf } from './call-facts.js'
import { countAttempt, type Ending, explained } from './ending.js'
import { invoke } from './invoke.js'
import { ABORTED, judgeAttempt } from './judge.js'
import { Lane } from './lane.js'
import { type Outcome, outcomeOf } from './outcome.js'
import { reportAttempt } from './report.js'
import { SeparateAttempt } from './separate-attempt.js'
import { TroubledCall } from './troubled-call.js'

/** Resolves and rejects as the function does. */
export async function observe(call: Call): Promise<unknown> {
  const { state } = await observed(call)
  if (state.threw) throw state.result
  return state.result
}

/** The same in full; never rejects. */
export async function observedOutcome(call: Call): Promise<Outcome<unknown>> {
  const { state, ending } = await observed(call)
  return outcomeOf(state, ending, state.result)
}

/** A call that is watched: its books are kept as a guarded one's. */
type Observed = TroubledCall & { lane: Lane }

/** Runs the call's function once, unguarded; the result stands in the state. */
async function observed(call: Call): Promise<{ state: Observed; ending: Ending }> {
  const state = begin(call)
  const attempt = state.lane.current
  const { signal } = call.settings
  const hub = signal && !signal.aborted ? hubOf(signal) : undefined
  if (signal?.aborted) attempt.abort(signal.reason)
  hub?.add(attempt)
  try {
    state.result = await invoke(call.fn, attempt)
  } catch (error) {
    state.result = error
    state.threw = true
  }
  hub?.remove(attempt)
  return { state, ending: conclude(state) }
}

function begin(call: Call): Observed {
  const { core, settings, above } = call
  const { policy, counters, partition } = core
  const marked = markMoment()
  const now = core.clock.now()
  const state = new TroubledCall(call, undefined, () => {}, undefined)
  call.began = now
  state.began = now
  state.attempt = 1
  state.deadline = effectiveDeadline(now, Math.min(core.deadline, settings.deadline), above?.endsAt ?? Infinity)
  counters.calls++
  counters.attempts++
  counters.inFlight++
  const refusal = now >= state.deadline ? 'deadline' : policy.refusesOriginal(now, core.random)
  if (refusal) tell(state, 0, 'refuse', refusal)
  const permit = policy.acquire(1, now, core.random)
  if (permit === 0) partition.breakerChanged(now)
  if (permit === 0 && !refusal) tell(state, 0, 'refuse', 'breaker')
  // Guards inside must find what they would find without this one: neither its deadline nor its owner.
  const current = new SeparateAttempt(call, 1, above?.endsAt ?? Infinity, above?.owner)
  const lane = new Lane(state, current, 'original', now, Infinity, core.attemptTimeout, permit, marked)
  return Object.assign(state, { lane })
}

function conclude(state: Observed): Ending {
  const { core, lane } = state
  const { policy, counters } = core
  const { timeout, permit } = lane
  const now = core.clock.now()
  const ms = now - lane.startedAt
  counters.inFlight--
  counters.callTook(ms)
  if (ms > timeout) tell(state, 1, 'time-out', now >= state.deadline ? 'deadline' : 'attempts')
  state.aborted = state.settings.signal?.aborted === true
  const { kin, result, threw } = state
  const failure = state.aborted && threw ? ABORTED : judgeAttempt(core, kin, lane.current, lane.marked, result, threw)
  state.failure = failure
  countAttempt(state, lane, ms)
  const changed = failure
    ? policy.failed(permit, failure, timeout, timeout, now, core.random, ms)
    : policy.succeeded(permit, 1, 0, ms, timeout, now, core.random)
  if (!failure) core.succeededIn(ms)
  core.partition.breakerMoved(now, changed)
  const stop = failure ? stopObserved(state, failure, now) : 'ok'
  reportAttempt(state, now, stop)
  const ending = { stop, now, retryAt: undefined, inAttempt: true }
  explained(state, ending)
  return ending
}

/** What enforcing would have done next is told; here the call ends, for it does not own retries. */
function stopObserved(call: Observed, failure: Failure, now: number): StopReason {
  const { core } = call
  call.inDoubt = leavesDoubt(failure)
  const decision = decide(core.rules, factsOf(call), failure, core.policy, now, core.random)
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

function tell(
  call: TroubledCall,
  attempt: number,
  would: Observation['would'],
  reason: StopReason,
  wait?: number,
): void {
  if (!observations.active) return
  const { dependency, operation, clock } = call.core
  observations.emit({
    t: clock.epoch + clock.now(),
    call: call.callId,
    dependency,
    operation,
    attempt,
    would,
    reason,
    wait,
  })
}
