/**
 * Hedging: takes what a second attempt beside a late one needs, or nothing at all.
 *
 * @module
 */
import type { Permit } from '../policy/breaker.js'
import type { CallFacts, RetryRules } from '../policy/retry.js'
import { mayHedge } from '../policy/hedge.js'
import type { Core } from './core.js'
import type { Holdings } from './holdings.js'

/**
 * @param given what the hedge would be given, ms
 * @returns its permit; 0: no hedge, where that is not safe or there is no room
 */
export function takeHedge(
  core: Core,
  rules: RetryRules,
  facts: CallFacts,
  holdings: Holdings,
  given: number,
  now: number,
): Permit {
  const { bulkhead, policy, random } = core
  if (bulkhead !== null && !bulkhead.tryEnter()) return 0
  holdings.slot = bulkhead !== null
  const payment = mayHedge(rules, facts, policy, now, random)
  if (payment !== null) holdings.owe(payment, now)
  const permit = payment === null ? 0 : policy.acquire(facts.attempt + 1, now, random, Math.min(given, core.lease))
  if (permit === 0) holdings.giveBack(now)
  return permit
}
