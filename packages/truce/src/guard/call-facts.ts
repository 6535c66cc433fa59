/**
 * Call facts: what the policy has to know of a call to decide about it.
 *
 * @module
 */
import { ownsBusiness, ownsTransient } from '../context/owner.js'
import { type CallFacts, ownsClass, type RetryRules } from '../policy/retry.js'
import type { CallState } from './call-state.js'
import { urgencyOf } from './headers.js'

export function factsOf(call: CallState): CallFacts {
  const { core, settings, above } = call
  // By default the lowest layer with a guard owns; an owner named here or above may be another.
  const owner = core.owner ?? above?.owner
  return {
    attempt: call.attempt,
    deadline: call.deadline,
    least: core.least,
    waited: call.waited,
    aborted: call.aborted,
    owns: ownsTransient(owner, core.layer),
    ownsBusiness: ownsBusiness(owner, core.layer),
    keyed: core.honoursKeys && settings.key !== undefined,
    keyedAt: call.began - settings.age,
    replayable: settings.replayable,
    trafficClass: urgencyOf(call),
  }
}

/** The operation's, or the call's own where its urgency differs. */
export function rulesOf({ settings, core }: Pick<CallState, 'settings' | 'core'>): RetryRules {
  return settings.rules ?? core.rules
}

/** Is the call's latest failure this layer's to repeat? */
export function ownsFailure(call: CallState): boolean {
  return ownsClass(factsOf(call), call.failure?.class)
}
