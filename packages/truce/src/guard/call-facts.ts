/**
 * Call facts: what the policy has to know of a call to decide about it.
 *
 * @module
 */
import { ownsBusiness, ownsTransient } from '../context/owner.js'
import { isTransient } from '../policy/classify.js'
import { DEADLINE } from '../policy/deadline.js'
import { degrades } from '../policy/degrade.js'
import type { CallFacts } from '../policy/retry.js'
import type { StopReason } from '../policy/stop.js'
import type { CallState } from './call-state.js'
import { urgencyOf } from './headers.js'

export function factsOf(call: CallState): CallFacts {
  const { core, settings, above } = call
  // By default the lowest layer with a guard owns; an owner named here or above may be another.
  const owner = core.owner ?? above?.owner
  return {
    attempt: call.attempt,
    deadline: call.deadline,
    least: core.eachItsOwn ? DEADLINE.least : core.latency.value(DEADLINE.least),
    waited: call.waited,
    aborted: call.aborted,
    owns: ownsTransient(owner, core.layer),
    ownsBusiness: ownsBusiness(owner, core.layer),
    keyed: settings.key !== undefined,
    keyedAt: call.began - settings.age,
    replayable: settings.replayable,
    trafficClass: urgencyOf(call),
  }
}

/** Does this layer repeat such a failure? */
export function ownsFailure({ core, above, failure }: CallState): boolean {
  const owner = core.owner ?? above?.owner
  return (failure?.class === 'conflict' ? ownsBusiness : ownsTransient)(owner, core.layer)
}

/** What ended for reasons that the caller, or a layer above, has to hear is not covered up. */
const HEARD: ReadonlySet<StopReason> = new Set<StopReason>(['ok', 'permanent', 'aborted', 'not-owner'])

export function standsIn(stop: StopReason): boolean {
  return !HEARD.has(stop)
}

/** Is it time for what stands in although a retry could be made? Only where this layer would make it. */
export function degradesEarly(call: CallState, now: number): StopReason | undefined {
  const { degradeWhen, policy } = call.core
  if (degradeWhen === undefined || call.aborted || !ownsFailure(call)) return undefined
  const { rules } = call.core
  // Where no retry would be made anyhow, that is the reason.
  if (call.failure === undefined || !isTransient(call.failure.class) || !rules.retryOn.has(call.failure.class))
    return undefined
  if (call.attempt >= rules.attempts) return undefined
  return degrades(degradeWhen, policy, call.deadline, now, urgencyOf(call))
}
