/**
 * Truce's client: the shipped policies, driven without a clock, a timer or a promise.
 *
 * Nothing is modelled here: which outcome moves what, and what follows a failure, `truce/policy` says. This file holds
 * what belongs to one process and hands it over.
 *
 * @module
 */
import {
  Breaker,
  Budget,
  BUDGET,
  type BudgetSettings,
  budgetDefaults,
  type CallFacts,
  type Decision,
  DEADLINE,
  decide,
  DependencyPolicy,
  type Failure,
  Governor,
  type Payment,
  type Permit,
  Quantile,
  type Random,
  type RetryRules,
  type StopReason,
} from 'truce/policy'
import type { StrategyModel } from '../scenario/model.js'
import type { Client, ClientParts, Gauges, MakeClient } from './client.js'

/** What of a strategy is the same for every process. */
function rulesOf(strategy: StrategyModel, effect: 'read' | 'write'): RetryRules {
  return {
    attempts: strategy.attempts,
    retryOn: strategy.retryOn,
    backoff: strategy.backoff,
    repeatable: effect === 'read' || strategy.unsafe,
    window: Number.POSITIVE_INFINITY,
    background: strategy.background,
  }
}

/** What the processes of a fleet have in common: a million of them have one of it. */
interface Fleet {
  readonly strategy: StrategyModel
  readonly small: boolean
  readonly budget: BudgetSettings | null
  readonly rules: RetryRules
  readonly random: Random
}

function fleetOf({ strategy, instances, effect, random }: ClientParts): Fleet {
  const small = instances <= BUDGET.smallFleet
  const budget = strategy.budget && { ...strategy.budget, ...budgetDefaults(instances, strategy.governor) }
  return { strategy, small, budget, rules: rulesOf(strategy, effect), random }
}

function policyOf({ strategy, small, budget }: Fleet): DependencyPolicy {
  const { breaker, governor, attempts } = strategy
  const policy = new DependencyPolicy({
    breaker: breaker && new Breaker(breaker.settings),
    governor: governor ? new Governor(small) : null,
    budget: budget && new Budget(budget),
    slowCall: breaker?.slowCall ?? Number.POSITIVE_INFINITY,
  })
  if (attempts !== Number.POSITIVE_INFINITY) policy.budget?.admit(attempts)
  return policy
}

class TruceClient implements Client {
  readonly policy: DependencyPolicy
  readonly #fleet: Fleet
  readonly #latency = new Quantile(0.5)

  constructor(fleet: Fleet) {
    this.policy = policyOf(fleet)
    this.#fleet = fleet
  }

  plain(now: number): Permit {
    const permit = this.policy.plainPermit(now)
    if (permit !== 0) this.policy.originalSent(now)
    return permit
  }

  refusesOriginal(now: number): StopReason | undefined {
    return this.policy.refusesOriginal(now, this.#fleet.random)
  }

  acquire(attempt: number, now: number, given: number): Permit {
    const { strategy, random } = this.#fleet
    return this.policy.acquire(attempt, now, random, Math.min(given, strategy.lease))
  }

  succeeded(permit: Permit, attempt: number, payment: Payment, ms: number, now: number): boolean {
    const { strategy, random } = this.#fleet
    const changed = this.policy.succeeded(permit, attempt, payment, ms, strategy.attemptTimeout, now, random)
    if (ms > 0) this.#latency.observe(ms)
    return changed
  }

  failed(permit: Permit, _attempt: number, failure: Failure, given: number, ms: number, now: number): boolean {
    const { strategy, random } = this.#fleet
    return this.policy.failed(permit, failure, given, strategy.attemptTimeout, now, random, ms)
  }

  decide(call: CallFacts, failure: Failure, now: number): Decision {
    const { rules, random } = this.#fleet
    return decide(rules, call, failure, this.policy, now, random)
  }

  takeBack(payment: Payment, then: number, now: number): void {
    this.policy.takeBack(payment, then, now)
  }

  least(): number {
    return this.#latency.value(DEADLINE.least)
  }

  gauges(now: number): Gauges {
    const { budget, governor } = this.policy
    return {
      breakerOpen: this.policy.breakerState(now) !== 'closed',
      tokens: budget?.remaining(now) ?? 0,
      level: governor?.level ?? 0,
    }
  }
}

export const truceClient: MakeClient = (parts) => {
  const fleet = fleetOf(parts)
  return () => new TruceClient(fleet)
}
