/**
 * Hedge: may a second attempt run beside the first?
 *
 * A hedge sends the same request twice on purpose, before anything is known of the first. So it is
 * a retry after a failure of which nothing is certain: a write that is not safe to repeat is never
 * hedged, and who may not retry may not hedge. It is paid from the same budget, or a slow dependency,
 * where every call is late enough for one, would get twice the load just then.
 *
 * When to ask is the driver's: after a delay, for a call whose attempt still runs.
 *
 * @module
 */
import type { Payment } from './budget.js'
import type { Failure } from './classify.js'
import { fits } from './deadline.js'
import type { DependencyPolicy } from './dependency.js'
import type { Random } from './random.js'
import { type CallFacts, forbiddenToSend, type RetryRules } from './retry.js'

/**
 * Decides about a hedge that would start now. Where it may, it is paid for, to be given back by
 * `takeBack` if it is never made and by `succeeded` if it is the one that answers.
 *
 * @param call `attempt`: attempts made so far, hedges among them
 * @returns how it was paid; 0 where there is no budget to pay; `null`: no hedge
 * @example
 * const payment = mayHedge(rules, call, dependency, now, random)
 * if (payment !== null) start(payment)
 */
export function mayHedge(
  rules: RetryRules,
  call: CallFacts,
  dependency: DependencyPolicy,
  now: number,
  random: Random,
): Payment | null {
  if (call.aborted || forbiddenToSend(rules, call, call.owns, 'unknown', now)) return null
  if (!fits(now, 0, call.least, call.deadline)) return null
  if (dependency.heldFor(now) > 0 || dependency.refusesRetry(now, now, random)) return null
  return dependency.pay(now, call.trafficClass)
}

/** Of two attempts at once the last failure decides; what the other's answer asked for holds all the same. */
export function asTold(last: Failure, other: Failure): Failure {
  const { retryAfter, slot } = other
  const longer = retryAfter !== undefined && retryAfter > (last.retryAfter ?? -1)
  return {
    ...last,
    ...(longer && { retryAfter }),
    // A place is a place only where it is the wait that counts.
    ...(longer && slot !== last.slot && { slot: slot === true }),
    ...(other.retry === false && { retry: false }),
  }
}
